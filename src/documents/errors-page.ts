/**
 * `docs/errors.md`: the catalogue of errors as a page.
 */
import { ERRORS } from '../core/errors.js';
import { table } from './table.js';

const HEAD = `# Errors

<!-- Written by \`npm run docs\` from src/core/errors.ts: change it there. -->

An error answer is \`application/problem+json\` (RFC 9457) with \`type\`, \`title\`, \`status\`, \`detail\` and a \`code\` from this page.
The code is stable; the words are not. Bad input also has \`errors\`, a list of \`{field, message}\`. A call that failed carries the
code and the detail in \`failure\`; a code that appears only there has the status that it would have had as an answer.

"Later" says whether the same request can succeed later without being changed.`;

export function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(([code, { status, title, mend, retryable }]) => [
    `\`${code}\``,
    String(status),
    retryable ? 'yes' : 'no',
    title,
    mend,
  ]);
  return `${[HEAD, '', ...table(['Code', 'HTTP', 'Later', 'Meaning', 'What to do'], rows)].join('\n')}\n`;
}
