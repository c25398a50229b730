import assert from 'node:assert/strict';

const SUBJECT = /^[^\s.*>]+(?:\.[^\s.*>]+)*$/;

/** A subject to publish on has no wildcard and no empty part: one that has was built from an unchecked value. */
export function assertSubject(subject: string): void {
  assert(SUBJECT.test(subject), `${JSON.stringify(subject)} is no subject to publish on`);
}
