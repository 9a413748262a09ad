/**
 * The paths of Twilio's REST API that the simulator answers, and what each method does there. It reads an address; it performs nothing.
 */
import { RestError } from './rest-error.js';
import type { RestAction } from './rest-faults.js';

export interface RestRoute {
  readonly of: 'calls' | 'recordings' | 'account';
  readonly action: RestAction;
  readonly accountSid: string;
  readonly callSid: string | undefined;
  readonly recordingSid: string | undefined;
  readonly numberSid: string | undefined;
  /** What the address of a sound ends with; empty for none. */
  readonly ending: string;
}

interface Resource {
  readonly of: RestRoute['of'];
  readonly path: RegExp;
  readonly actions: Readonly<Partial<Record<string, RestAction>>>;
}

const RECORDING = { GET: 'fetch-recording', DELETE: 'delete-recording' } as const;
const RESOURCES: readonly Resource[] = [
  { of: 'account', path: /^$/, actions: { GET: 'fetch-account' } },
  { of: 'account', path: /^Balance\.json$/, actions: { GET: 'fetch-balance' } },
  { of: 'account', path: /^IncomingPhoneNumbers\.json$/, actions: { GET: 'list-numbers' } },
  {
    of: 'account',
    path: /^IncomingPhoneNumbers\/(?<number>[^/]+)\.json$/,
    actions: { GET: 'fetch-number', POST: 'update-number' },
  },
  { of: 'calls', path: /^Calls\.json$/, actions: { GET: 'list', POST: 'create' } },
  {
    of: 'calls',
    path: /^Calls\/(?<call>[^/]+)\.json$/,
    actions: { GET: 'fetch', POST: 'update', DELETE: 'delete' },
  },
  {
    of: 'recordings',
    path: /^Calls\/(?<call>[^/]+)\/Recordings\.json$/,
    actions: { GET: 'list-recordings', POST: 'create-recording' },
  },
  {
    of: 'recordings',
    path: /^Calls\/(?<call>[^/]+)\/Recordings\/(?<recording>[^/]+)\.json$/,
    actions: RECORDING,
  },
  { of: 'recordings', path: /^Recordings\.json$/, actions: { GET: 'list-recordings' } },
  { of: 'recordings', path: /^Recordings\/(?<recording>[^/]+)\.json$/, actions: RECORDING },
  {
    of: 'recordings',
    path: /^Recordings\/(?<recording>[^/.]+)(?<ending>\.\w+)?$/,
    actions: { GET: 'fetch-media' },
  },
];

/** @throws RestError for an unknown path or method */
export function routeOf(method: string, path: string): RestRoute {
  const [, accountSid, rest = ''] = /^\/2010-04-01\/Accounts\/([^/]+?)(?:\.json|\/(.+))$/.exec(path) ?? [];
  for (const resource of RESOURCES) {
    const groups = resource.path.exec(rest);
    if (!groups || accountSid === undefined) continue;
    const action = resource.actions[method];
    if (!action) throw new RestError(20004, `${method} is not possible on ${path}`);
    const { call: callSid, recording: recordingSid, number: numberSid, ending = '' } = groups.groups ?? {};
    return { of: resource.of, action, accountSid, callSid, recordingSid, numberSid, ending };
  }
  throw new RestError(20404, `${path} is not a resource of this simulator`);
}
