/**
 * Addresses among the parameters of a REST request: which one to ask and how, checked as Twilio checks it. It asks nobody.
 */
import type { Form } from './form.js';
import { RestError } from './rest-error.js';

export type HttpMethod = 'GET' | 'POST';

/** An address to request, and how. */
export interface Target {
  readonly url: string;
  readonly method: HttpMethod;
}

function readUrl(form: Form, name: string): string | undefined {
  const url = form.text(name);
  if (url === undefined) return undefined;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new RestError(21205, `${name} is not an absolute http(s) address: ${url}`);
  }
  if (parsed.hostname.includes('_'))
    throw new RestError(21205, `${name} has an underscore in its host: ${url}`);
  return url;
}

function readMethod(form: Form, name: string): HttpMethod {
  const method = form.text(name)?.toUpperCase() ?? 'POST';
  if (method !== 'GET' && method !== 'POST') throw new RestError(21209, `${name} is neither GET nor POST`);
  return method;
}

export function readTarget(form: Form, urlName: string, methodName: string): Target | undefined {
  const url = readUrl(form, urlName);
  const method = readMethod(form, methodName);
  return url === undefined ? undefined : { url, method };
}
