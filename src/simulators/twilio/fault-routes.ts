/**
 * Faults of the REST API over HTTP, for a simulator that runs alone: asks for them, shows what is still to strike, forgets it. Which fault
 * does what is written where the faults are.
 */
import type { JsonObject } from '../../protocol/decoding.js';
import { RestError } from './rest-error.js';
import { REST_ACTIONS, REST_FAULTS, type RestFaults } from './rest-faults.js';
import type { RestAnswer } from './rest-message.js';

const MOST_TIMES = 1_000_000;

function oneOf<Word extends string>(body: JsonObject, name: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === body[name]);
  if (found === undefined) throw new RestError(20001, `${name} must be one of ${words.join(', ')}`);
  return found;
}

/** A number, or its digits in a form; 1 when not given. */
function timesOf({ times = 1 }: JsonObject): number {
  const value = typeof times === 'string' && /^\d+$/.test(times) ? Number(times) : times;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > MOST_TIMES) {
    throw new RestError(20001, `times must be a whole number from 1 to ${MOST_TIMES}`);
  }
  return value;
}

/**
 * `POST` (`fault`, `times?`, `action?`), `GET` and `DELETE`; each answers with what is still to strike.
 * @throws RestError that names the field
 */
export function answerAboutFaults(method: string, body: JsonObject, faults: RestFaults): RestAnswer {
  if (method === 'POST') {
    const action = oneOf({ action: 'create', ...body }, 'action', REST_ACTIONS);
    faults.next(oneOf(body, 'fault', REST_FAULTS), timesOf(body), action);
  } else if (method === 'DELETE') faults.clear();
  else if (method !== 'GET') throw new RestError(20004, `${method} is not possible here`);
  return { status: method === 'POST' ? 201 : 200, body: { pending: faults.pending } };
}
