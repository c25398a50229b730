import { Redis } from 'ioredis';

const CONNECT_MS_MAX = 10_000;

/** One connection to Redis, for as long as `work` takes. Rejects with what is wrong when Redis cannot be reached or is lost. */
export async function withRedis<Value>(url: string, work: (redis: Redis) => Promise<Value>): Promise<Value> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS_MAX,
    commandTimeout: CONNECT_MS_MAX,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let trouble: Error | undefined;
  redis.on('error', (error: Error) => (trouble = error));
  try {
    await redis.connect();
    return await work(redis);
  } catch (error) {
    throw new Error(`Redis: ${(trouble ?? (error as Error)).message}`, { cause: error });
  } finally {
    redis.disconnect();
  }
}
