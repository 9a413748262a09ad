/**
 * The keys of the REST API. Kept as hashes, compared in constant time, several at once so that one can be replaced without a pause,
 * and named everywhere by a fingerprint: it tells which key was used, and nobody can get in with it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';

/** Enough to tell the keys of one service apart. */
const FINGERPRINT_DIGITS = 12;

interface KnownKey {
  readonly hash: Buffer;
  readonly fingerprint: string;
}

@Injectable()
export class ApiKeys {
  private readonly known: readonly KnownKey[];
  /** A request is asked about by its log line, its limit and its guard; hashing once is enough. */
  private readonly answers = new WeakMap<IncomingMessage, { readonly fingerprint: string | undefined }>();

  constructor(environment: Environment) {
    this.known = environment.API_KEYS.map((key) => ({ hash: hashOf(key), fingerprint: fingerprintOf(key) }));
  }

  /** The fingerprint of the key that the request carries; undefined when it carries none that is known. */
  ofRequest(request: IncomingMessage): string | undefined {
    const known = this.answers.get(request);
    if (known) return known.fingerprint;
    const key = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const fingerprint = key === undefined ? undefined : this.find(hashOf(key));
    this.answers.set(request, { fingerprint });
    return fingerprint;
  }

  /** Looks at every key, so that time tells nothing about which one nearly matched. */
  private find(hash: Buffer): string | undefined {
    return this.known.reduce<string | undefined>(
      (found, { hash: own, fingerprint }) => (timingSafeEqual(own, hash) ? fingerprint : found),
      undefined,
    );
  }
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** Of another hash than the one that keys are compared by, so that a log holds no part of that. */
export function fingerprintOf(key: string): string {
  const digest = createHash('sha256').update('fingerprint of an API key\0').update(key).digest('hex');
  return `key_${digest.slice(0, FINGERPRINT_DIGITS)}`;
}
