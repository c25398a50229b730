import type { Skips } from './skips.ts';

export interface ReadmeBlock {
  /** Where the block begins, counted from 1. */
  readonly line: number;
  readonly commands: readonly string[];
}

/** The fenced `sh` blocks of a Markdown text; a fault for shell in a block that would not be run. */
export function readmeBlocks(markdown: string): { readonly blocks: readonly ReadmeBlock[]; readonly faults: readonly string[] } {
  const blocks: ReadmeBlock[] = [];
  const faults: string[] = [];
  const lines = markdown.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const [, indent, fence, language] = /^( *)(`{3,}|~{3,})\s*(\S*)/.exec(lines[index] ?? '') ?? [];
    if (indent === undefined || fence === undefined) continue;
    const start = index;
    const body: string[] = [];
    for (index += 1; index < lines.length && lines[index]?.trimStart().startsWith(fence) !== true; index += 1) {
      body.push((lines[index] ?? '').slice(indent.length));
    }
    const isOtherShell = /^(bash|shell|console|zsh|shellscript)$/.test(language ?? '');
    if (isOtherShell)
      faults.push(`README.md:${start + 1}: commands stand in a block called sh, or nobody runs them (this one is ${language})`);
    if (language === 'sh') blocks.push({ line: start + 1, commands: body });
  }
  if (blocks.length === 0) faults.push('README.md: it has no block of commands (```sh)');
  return { blocks, faults };
}

export interface ReadmePlan {
  readonly scripts: readonly { readonly line: number; readonly script: string }[];
  /** What is left out or replaced, in sentences. */
  readonly remarks: readonly string[];
  readonly faults: readonly string[];
}

/** The blocks as they are to be run, with listed commands left out or replaced. */
export function planReadme(markdown: string, skips: Skips['readme']): ReadmePlan {
  const { blocks, faults } = readmeBlocks(markdown);
  const remarks: string[] = [];
  const used = new Set<string>();
  const scripts = blocks.map(({ line, commands }) => {
    const script = commands.map((command) => {
      const skip = skips.find((listed) => listed.command === command.trim());
      if (skip === undefined) return command;
      used.add(skip.command);
      remarks.push(
        `"${skip.command}" is ${skip.instead === undefined ? 'left out' : `run as "${skip.instead}"`}: ${skip.reason}`,
      );
      return skip.instead ?? ':';
    });
    return { line, script: script.join('\n') };
  });
  const unused = skips
    .filter(({ command }) => !used.has(command))
    .map(({ command }) => `"${command}" is listed as left out and does not stand in the README`);
  return { scripts, remarks, faults: [...faults, ...unused] };
}
