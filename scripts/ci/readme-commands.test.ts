import { planReadme, readmeBlocks } from './readme-commands.ts';

const markdown = `# Title

\`\`\`sh
npm run demo
\`\`\`

1. indented
   \`\`\`sh
   echo one
   echo two
   \`\`\`

\`\`\`json
{ "not": "run" }
\`\`\`
`;

describe('the commands of the README', () => {
  it('are the lines of its sh blocks', () => {
    expect(readmeBlocks(markdown)).toEqual({
      blocks: [
        { line: 3, commands: ['npm run demo'] },
        { line: 8, commands: ['echo one', 'echo two'] },
      ],
      faults: [],
    });
  });

  it.each(['bash', 'shell', 'console', 'zsh'])('do not hide in a %s block', (language) => {
    const { faults } = readmeBlocks(`\`\`\`sh\ntrue\n\`\`\`\n\`\`\`${language}\nfalse\n\`\`\`\n`);
    expect(faults).toEqual([`README.md:4: commands stand in a block called sh, or nobody runs them (this one is ${language})`]);
  });

  it('are missing when there is no sh block', () => {
    expect(readmeBlocks('# Title').faults).toEqual(['README.md: it has no block of commands (```sh)']);
  });

  it('are replaced or left out only as listed, and say so', () => {
    const plan = planReadme(markdown, [
      { command: 'npm run demo', instead: 'npm run demo -- --seconds 20', reason: 'it has no end' },
      { command: 'echo one', reason: 'said above' },
    ]);
    expect(plan.scripts).toEqual([
      { line: 3, script: 'npm run demo -- --seconds 20' },
      { line: 8, script: ':\necho two' },
    ]);
    expect(plan.remarks).toEqual([
      '"npm run demo" is run as "npm run demo -- --seconds 20": it has no end',
      '"echo one" is left out: said above',
    ]);
    expect(plan.faults).toEqual([]);
  });

  it('must contain what is listed as left out', () => {
    expect(planReadme(markdown, [{ command: 'rm -rf /', reason: 'no' }]).faults).toEqual([
      '"rm -rf /" is listed as left out and does not stand in the README',
    ]);
  });
});
