/**
 * `npm run bench`: the relay against a naive one, a pipe of bytes and, where it is installed, nginx, in interleaved rounds of one run.
 */
import { writeFile } from 'node:fs/promises';
import { measure, type Measurement } from './measure.js';
import { readOptions, USAGE } from './options.js';
import { benchmarksPage, type Section } from './page.js';
import { CONVERSATION, STEADY } from './profile.js';
import { screenTable } from './report.js';
import { summarise } from './summary.js';
import { targets } from './targets.js';

const BASE = 'naive ws relay';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const { relays } = options;
  const all = targets().filter(
    ({ name }) => name === BASE || relays.length === 0 || relays.some((part) => name.includes(part)),
  );
  const sections: (Section & { readonly rounds: readonly (readonly Measurement[])[] })[] = [];
  for (const name of options.profiles) {
    for (const calls of options.calls) {
      const load = { profile: name === 'steady' ? STEADY : CONVERSATION, calls, seconds: options.seconds };
      const rounds: Measurement[][] = [];
      for (let round = 1; round <= options.rounds; round += 1) {
        const measured: Measurement[] = [];
        for (const target of all) {
          process.stderr.write(
            `${name}, ${calls} calls, round ${round} of ${options.rounds}: ${target.name}\n`,
          );
          measured.push(await measure(target, load));
        }
        rounds.push(measured);
      }
      const rows = summarise(rounds, BASE);
      sections.push({ profile: name, calls, rows, rounds });
      process.stdout.write(`\n${name}, ${calls} calls\n${screenTable(rows)}\n`);
    }
  }
  if (options.json !== undefined)
    await writeFile(options.json, `${JSON.stringify({ options, sections }, null, 2)}\n`);
  const abouts = all.map(({ name, about }) => `- **${name}**: ${about}.`);
  if (options.write) await writeFile('docs/benchmarks.md', benchmarksPage(sections, options, abouts));
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n\n${USAGE}\n`);
  process.exit(1);
});
