/**
 * The documents that are written from code, so that they cannot say anything else than the code does. Pure: texts, no files.
 * A house test compares each with what is in the repository.
 */
import { configurationPage } from './configuration-page.js';
import { environmentExample } from './environment-example.js';
import { errorsPage } from './errors-page.js';
import { licencesPage } from './licences-page.js';

export interface GeneratedDocument {
  /** From the project's folder. */
  readonly path: string;
  readonly text: string;
}

/** @param lockfile the text of package-lock.json. */
export function generatedDocuments(lockfile: string): readonly GeneratedDocument[] {
  return [
    { path: '.env.example', text: environmentExample() },
    { path: 'docs/configuration.md', text: configurationPage() },
    { path: 'docs/errors.md', text: errorsPage() },
    { path: 'docs/licences.md', text: licencesPage(lockfile) },
  ];
}
