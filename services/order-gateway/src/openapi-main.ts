/**
 * Prints the OpenAPI document of the public face, or with the word `admin` of the face for staff; nothing is started.
 * `docs/reference/openapi.json` and `docs/reference/openapi-admin.json` are made of them.
 */
import { adminOpenApiDocument, openApiDocument } from './inbound/docs/openapi-document.ts';

const document = process.argv[2] === 'admin' ? adminOpenApiDocument() : openApiDocument();
process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
