/**
 * The service beside trouble: the conversation, undisturbed and with one disturbance after the other, in interleaved rounds, each with a
 * service and a database of its own. Agents say words all the time, so that there is something to write, to tell and to post.
 */
import { LOAD_LATE_MS } from './capacity.js';
import { Child } from './child.js';
import { DatabaseServer } from './database-server.js';
import { chosen, type Disturbance } from './disturbances.js';
import { measure, type Measurement } from './measure.js';
import { profileOf } from './profile.js';
import { API_KEY, serviceTarget } from './service-target.js';
import type { Places, SurroundingsOrder } from './surroundings.js';
import type { Proof } from './trouble.js';
import { yieldToOthers } from './yielding.js';

export interface DisturbedMeasurement {
  readonly name: string;
  readonly measured: Measurement;
  readonly proof: Proof;
}

export interface DisturbOptions {
  readonly calls: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly only: readonly string[];
  readonly database: string | undefined;
}

/** The machine has moments of its own: what the load itself was late in is measured again, so often at most. */
const MOST_TRIES = 3;
/** As often as the agent of the profile speaks. */
const TURN_EVERY_MS = 2000;
const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** @returns the rounds, each with one measurement of every disturbance. */
export async function disturb(
  options: DisturbOptions,
  tell: (line: string) => void,
): Promise<readonly (readonly DisturbedMeasurement[])[]> {
  const server = await DatabaseServer.open(options.database);
  try {
    const rounds: DisturbedMeasurement[][] = [];
    for (let round = 1; round <= options.rounds; round += 1) {
      const measured: DisturbedMeasurement[] = [];
      for (const disturbance of chosen(options.only)) {
        tell(`beside trouble, round ${round} of ${options.rounds}: ${disturbance.name}`);
        measured.push(await measureSoundly(disturbance, server, options, tell));
      }
      rounds.push(measured);
    }
    return rounds;
  } finally {
    await server.stop();
  }
}

async function measureSoundly(
  disturbance: Disturbance,
  server: DatabaseServer,
  options: DisturbOptions,
  tell: (line: string) => void,
): Promise<DisturbedMeasurement> {
  for (let tries = 1; ; tries += 1) {
    const one = await measureBeside(disturbance, server, options);
    const lateMs = one.measured.load.lagP99Ms;
    if (lateMs <= LOAD_LATE_MS || tries === MOST_TRIES) return one;
    tell(`the load itself was ${lateMs.toFixed(0)} ms late: once more`);
  }
}

async function measureBeside(
  { name, trouble, tools }: Disturbance,
  server: DatabaseServer,
  { calls, seconds }: DisturbOptions,
): Promise<DisturbedMeasurement> {
  const database = await server.make();
  const surroundings = await Child.fork('./surroundings.js', [database.url]);
  yieldToOthers(surroundings.pid);
  const order = <Answer>(what: SurroundingsOrder): Promise<Answer> => surroundings.ask<Answer>(what);
  let proof: Proof = {};
  try {
    const places = await order<Places>({ do: 'where' });
    const variables = variablesOf(database.url, places);
    const measured = await measure(
      serviceTarget({ name, about: name, variables }),
      {
        profile: profileOf('conversation', calls),
        calls,
        seconds,
        talk: { turnEveryMs: TURN_EVERY_MS, ...(tools ? { tools } : {}) },
      },
      {
        begin: (url) => order({ do: 'begin', trouble, api: { url, key: API_KEY } }),
        end: async () => void (proof = await order<Proof>({ do: 'end' })),
      },
    );
    return { name, measured, proof };
  } finally {
    await surroundings.stop();
    await database.drop();
  }
}

function variablesOf(
  databaseUrl: string,
  { databasePort, webhooksPort, stockPort }: Places,
): Readonly<Record<string, string>> {
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(databasePort);
  return {
    DATABASE_URL: url.href,
    WEBHOOK_URL: `http://127.0.0.1:${webhooksPort}/`,
    WEBHOOK_SECRET,
    WEBHOOK_ALLOW_PRIVATE: 'true',
    INVENTORY_API_URL: `http://127.0.0.1:${stockPort}/items`,
  };
}
