/**
 * Name resolution for sockets that must not reach private addresses. It is part of the connection itself, so a name that answers
 * differently the second time (DNS rebinding) gains nothing: what was checked is what is connected to.
 */
import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './address-rules.js';

export const PRIVATE_ADDRESS = 'EPRIVATE';

/** Answers with every address of a name, as `node:dns` does. */
type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Refuses a name as soon as one of its addresses is private: which one a socket takes is chance. */
export function publicOnly(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error) callback(error, '', 0);
      else if (!first || addresses.some(({ address }) => !isPublicAddress(address)))
        callback(Object.assign(new Error('a private address'), { code: PRIVATE_ADDRESS }), '', 0);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

export const lookupPublic: LookupFunction = publicOnly(lookup);
