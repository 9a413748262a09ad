/**
 * Looks at the address of a webhook when it is given, so that a mistake is told to whoever made it. The guard that counts is the one
 * at each delivery.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { CordboardError } from '../core/errors.js';
import { WebhookTargets } from '../core/webhook/webhook-targets.js';
import { hostOf, isPublicAddress } from '../outward/address-rules.js';

/** Names that mean this machine or this network wherever they are resolved. */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|home\.arpa)\.?$/i;
/** With these the resolver says that there is no such name; anything else may be its own trouble. */
const NO_SUCH_NAME = new Set(['ENOTFOUND', 'ENODATA']);

@Injectable()
export class CheckedTargets extends WebhookTargets {
  constructor(private readonly environment: Environment) {
    super();
  }

  async check(text: string): Promise<void> {
    if (this.environment.WEBHOOK_SECRET === undefined)
      throw refusal('webhooks are not signed yet: set WEBHOOK_SECRET first');
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || !['http:', 'https:'].includes(url.protocol)) throw refusal('expected an http(s) address');
    if (url.username !== '' || url.password !== '')
      throw refusal('expected no user and password; the signature tells who posts');
    if (this.environment.WEBHOOK_ALLOW_PRIVATE) return;
    if (url.protocol !== 'https:')
      throw refusal('expected https, because what is posted has words of callers in it');
    await this.checkHost(hostOf(url));
  }

  private async checkHost(host: string): Promise<void> {
    if (LOCAL_NAME.test(host)) throw privateRefusal();
    const addresses = isIP(host) === 0 ? await resolve(host) : [host];
    if (addresses.some((address) => !isPublicAddress(address))) throw privateRefusal();
  }
}

/** Nothing when the resolver itself is in trouble: the guard at each delivery looks again. */
async function resolve(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    const code: unknown =
      typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
    if (NO_SUCH_NAME.has(String(code))) throw refusal('its name does not resolve to any address');
    return [];
  }
}

function privateRefusal(): CordboardError {
  return refusal(
    'is a private, loopback or link-local address; give a public one, or set WEBHOOK_ALLOW_PRIVATE=true',
  );
}

function refusal(message: string): CordboardError {
  return new CordboardError('bad-input', `webhookUrl: ${message}`, [{ field: 'webhookUrl', message }]);
}
