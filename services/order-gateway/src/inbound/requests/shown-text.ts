/** Control characters, marks that turn the direction of text, invisible ones, and halves of characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;
const CHARACTERS_MAX = 60;

/** Text from a stranger as it may stand in a sentence: what cannot be seen is escaped, what is long is cut. */
export function shownText(text: string): string {
  const cut = [...text.slice(0, 2 * CHARACTERS_MAX)].slice(0, CHARACTERS_MAX).join('');
  const visible = cut.replaceAll(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return cut.length < text.length ? `${visible}…` : visible;
}

/** A JSON value in a sentence. */
export function shownValue(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (typeof value === 'string') return `"${shownText(value)}"`;
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return `${value}`;
  return Array.isArray(value) ? 'a list' : 'an object';
}
