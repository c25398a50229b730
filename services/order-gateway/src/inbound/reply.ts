/** What an HTTP request is answered with; the body is JSON text already. */
export interface Reply {
  readonly status: number;
  readonly contentType: ContentType;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const JSON_TYPE = 'application/json';
export const PROBLEM_TYPE = 'application/problem+json';
export type ContentType = typeof JSON_TYPE | typeof PROBLEM_TYPE;

/** An answer that carries what was asked for. */
export const jsonReply = (status: number, value: unknown): Reply => ({
  status,
  contentType: JSON_TYPE,
  body: JSON.stringify(value),
});
