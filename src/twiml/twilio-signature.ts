/**
 * Checks X-Twilio-Signature by the official SDK, always against the configured public address: what a proxy makes of host and
 * scheme does not matter.
 */
import { Injectable } from '@nestjs/common';
import twilio from 'twilio';
import { Environment } from '../config/environment.js';

export type SignedParams = Readonly<Record<string, string | readonly string[]>>;

@Injectable()
export class TwilioSignature {
  private readonly socketUrl: string;
  /** The primary one first; the second one while tokens are being rotated (Twilio error 57012). */
  private readonly tokens: readonly string[];

  constructor(private readonly environment: Environment) {
    this.socketUrl = socketBase(environment.PUBLIC_URL);
    const { TWILIO_AUTH_TOKEN, TWILIO_AUTH_TOKEN_SECONDARY } = environment;
    this.tokens = [TWILIO_AUTH_TOKEN, TWILIO_AUTH_TOKEN_SECONDARY].filter((token) => token !== undefined);
  }

  /** @param path Path and query exactly as received. */
  ofForm(signature: string | undefined, path: string, params: SignedParams): boolean {
    return this.matches(signature, `${this.environment.PUBLIC_URL}${path}`, params);
  }

  /** A JSON body is signed by its hash in the query. */
  ofJson(signature: string | undefined, path: string, body: string): boolean {
    const url = `${this.environment.PUBLIC_URL}${path}`;
    return this.isOfOne((token) => twilio.validateRequestWithBody(token, signature ?? '', url, body));
  }

  /**
   * The upgrade is signed over the wss address as written in the TwiML. Whether Twilio strips a query before signing is not
   * verified, so an address with one is checked in both forms, and in the one that repeats the path with a slash.
   */
  ofUpgrade(signature: string | undefined, path: string): boolean {
    const bare = path.replace(/\?.*$/, '');
    return [...new Set([path, bare, `${bare}/`])].some((form) =>
      this.matches(signature, `${this.socketUrl}${form}`, {}),
    );
  }

  private matches(signature: string | undefined, url: string, params: SignedParams): boolean {
    return this.isOfOne((token) => twilio.validateRequest(token, signature ?? '', url, { ...params }));
  }

  private isOfOne(isOf: (token: string) => boolean): boolean {
    return this.tokens.some((token) => {
      try {
        return isOf(token);
      } catch {
        // The SDK throws on addresses that it cannot parse.
        return false;
      }
    });
  }
}

/** https becomes wss; http, which is allowed only where no Twilio can be, becomes ws. */
export function socketBase(publicUrl: string): string {
  return publicUrl.replace(/^http/, 'ws');
}
