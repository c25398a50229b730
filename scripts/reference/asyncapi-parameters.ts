import { ACCOUNT_PARTITIONS, CONFIGURATION_KINDS } from '@margrave/contracts';

interface AsyncApiParameter {
  readonly description: string;
  readonly examples: readonly string[];
  readonly enum?: readonly string[];
}

/** The tokens of subjects. */
export const PARAMETERS: Readonly<Record<string, AsyncApiParameter>> = {
  provider: {
    description: 'The provider’s name as the operator gave it: lower-case letters, digits and hyphens, at most 32.',
    examples: ['lp-a'],
  },
  symbol: { description: 'Our symbol: capital letters, digits, `_` and `-`, at most 24.', examples: ['EURUSD'] },
  partition: { description: `Account id modulo ${ACCOUNT_PARTITIONS}.`, examples: ['1'] },
  accountId: { description: 'The account.', examples: ['1000000001'] },
  what: { description: 'Which part of the configuration changed.', examples: ['instruments'], enum: CONFIGURATION_KINDS },
  service: { description: 'The service that could not read the message.', examples: ['provider-worker'] },
};
