/**
 * `npm run docs`: writes every generated document into the project. Run from the project's folder; touches nothing else.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { generatedDocuments } from './generated-documents.js';

for (const { path, text } of generatedDocuments(await readFile('package-lock.json', 'utf8'))) {
  await writeFile(path, text);
  process.stdout.write(`${path}\n`);
}
