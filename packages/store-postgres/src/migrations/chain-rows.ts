/** Where the chain of an account begins: form 1 of what is hashed, and whose chain it is. */
export const CHAIN_BEGINNING = (accountId: string): string => `convert_to('1' || E'\\x1f' || ${accountId}, 'UTF8')`;

/** The link of a row: over the link before it, its place, its table, and its columns as they came. */
const link = (table: string, line: string): string =>
  `sha256(head || convert_to(E'\\x1f' || length || E'\\x1f${table}', 'UTF8') || substr(convert_to(${line}, 'UTF8'), octet_length(command)))`;

const chainLines = (table: string, lines: string, line: string, place: string): string => `
    while starts_with(${lines}[${line}], command) loop
      if committed[number] then
        length := length + 1;
        head := ${link(table, `${lines}[${line}]`)};
        ${place} := length;
        ${place.replace('places', 'links')} := head;
      end if;
      ${line} := ${line} + 1;
    end loop;`;

/** What \`CHAIN_ROWS\` counts with, and what it leaves: places and links of decisions and entries, and each command's end of the chain. */
export const CHAIN_VARIABLES = `
  decision_lines text[];
  entry_lines text[];
  decision integer := 1;
  entry integer := 1;
  held integer;
  command text;
  length bigint;
  head bytea;
  decision_places bigint[];
  decision_links bytea[];
  entry_places bigint[];
  entry_links bytea[];
  lengths bigint[];
  heads bytea[];`;

/**
 * Puts the decision and then the entries of each command that stands at the end of its account's chain (docs/adr 0014). Here and
 * not in the services, because here the account is locked, so that a chain can neither fork nor miss a row; and because hashing a
 * row costs PostgreSQL what it costs Node, without sending links. Packed text is hashed as it came: it is unambiguous, since no
 * text of ours holds its separators.
 */
export const CHAIN_ROWS = `
  decision_lines := string_to_array(decision_rows, E'\\x1e');
  entry_lines := string_to_array(ledger_rows, E'\\x1e');
  for number in 1 .. cardinality(account_ids) loop
    if account_ids[number] is distinct from account_ids[number - 1] then
      held := array_position(held_ids, account_ids[number]);
      length := held_lengths[held];
      head := held_heads[held];
    end if;
    command := number || E'\\x1f';${chainLines('decisions', 'decision_lines', 'decision', 'decision_places[number]')}${chainLines(
      'ledger_entries',
      'entry_lines',
      'entry',
      'entry_places[entry]',
    )}
    lengths[number] := length;
    heads[number] := head;
  end loop;`;
