/** Prints the OpenAPI document of the HTTP face; nothing is started. `docs/reference/openapi.json` is made of it. */
import { openApiDocument } from './inbound/docs/openapi-document.ts';

process.stdout.write(`${JSON.stringify(openApiDocument(), null, 2)}\n`);
