import { Parser } from '@asyncapi/parser';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readFile } from 'node:fs/promises';
import { ProviderExecutionV1 } from './messages/provider-execution.v1.ts';
import { ProviderOrderNewV1 } from './messages/provider-order-new.v1.ts';

const FILE = new URL('../../../docs/reference/asyncapi.json', import.meta.url);

/** Severities of the parser's diagnostics: 0 is an error, 1 a warning. */
const WARNING = 1;

describe('the AsyncAPI document in docs/reference', () => {
  it('is valid AsyncAPI 3 in the eyes of the official parser', async () => {
    const { document, diagnostics } = await new Parser().parse(await readFile(FILE, 'utf8'));
    expect(
      diagnostics.filter(({ severity }) => severity <= WARNING).map(({ code, message, path }) => ({ code, message, path })),
    ).toEqual([]);
    expect(document?.version()).toBe('3.0.0');
  });

  it('lets a reader who has nothing else validate requests and reports', async () => {
    const document = JSON.parse(await readFile(FILE, 'utf8')) as { components: { schemas: Record<string, object> } };
    const ajv = addFormats.default(new Ajv2020({ strict: false }));
    ajv.addSchema({ $id: 'asyncapi', ...document });
    const validate = (name: string, value: unknown) => ajv.validate({ $ref: `asyncapi#/components/schemas/${name}` }, value);
    expect(validate('ProviderOrderNewV1', ProviderOrderNewV1.example)).toBe(true);
    expect(validate('ProviderExecutionV1', ProviderExecutionV1.example)).toBe(true);
    expect(validate('ProviderExecutionV1', { ...ProviderExecutionV1.example, lastVolume: 0.04 })).toBe(false);
  });
});
