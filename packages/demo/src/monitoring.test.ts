import { scrapedServices, startMonitoring } from './monitoring.ts';

const service = (name: string, port: number) => ({ name, metricsUrl: `http://127.0.0.1:${port}` });

it('the processes of one service are read as its instances', () =>
  expect(
    scrapedServices([
      service('market-data', 9001),
      service('provider-simulator lp-a', 9002),
      service('provider-simulator lp-b', 9003),
      service('order-gateway', 9004),
      service('order-gateway 2', 9005),
    ]),
  ).toEqual([
    { job: 'market-data', targets: ['127.0.0.1:9001'] },
    { job: 'provider-simulator', targets: ['127.0.0.1:9002', '127.0.0.1:9003'] },
    { job: 'order-gateway', targets: ['127.0.0.1:9004', '127.0.0.1:9005'] },
  ]));

it('where there is no Prometheus, one sentence says so', async () => {
  const said: string[] = [];
  expect(await startMonitoring([], undefined, (sentence) => said.push(sentence))).toBeUndefined();
  expect(said).toEqual([
    'there is no Prometheus on this machine, so nobody watches the metrics (sudo apt-get install prometheus)',
  ]);
});
