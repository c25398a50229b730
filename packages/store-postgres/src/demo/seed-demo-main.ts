import { parseArgs } from 'node:util';
import { seedDemo } from './seed-demo.ts';

const url = process.env['DATABASE_ADMIN_URL'];
const { values } = parseArgs({ options: { sessions: { type: 'string', default: 'always' } } });
if (url === undefined || url === '' || (values.sessions !== 'always' && values.sessions !== 'exchange')) {
  process.stderr.write(
    'DATABASE_ADMIN_URL must be set to the database and its administrator; --sessions is always or exchange.\n',
  );
  process.exit(2);
}
await seedDemo(url, { sessions: values.sessions });
process.stderr.write(
  `the demo's data is there; its instruments trade ${values.sessions === 'always' ? 'always' : 'as in the world'}\n`,
);
