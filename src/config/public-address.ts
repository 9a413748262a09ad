/**
 * The rule for PUBLIC_URL: https, because Twilio opens media streams over TLS only. Plain http is taken where no Twilio can
 * be meant: hosts that no public network resolves, as when simulators run on the same machine or in the same compose file.
 */
import { isIPv4 } from 'node:net';
import { ValidateBy, type ValidationOptions } from 'class-validator';

const PRIVATE_V4 = /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/;
const PRIVATE_NAME = /(^|\.)(localhost|local|internal|test)$/;

/** Whether no public network knows this host. */
export function isPrivateHost(host: string): boolean {
  if (isIPv4(host)) return PRIVATE_V4.test(host);
  if (host.startsWith('[')) return host === '[::1]';
  return PRIVATE_NAME.test(host) || !host.includes('.');
}

function isPublicAddress(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const url = new URL(value);
  // The signed string is compared letter by letter: no query, no fragment, no capitals that a parser would lower.
  if (url.search !== '' || url.hash !== '' || url.username !== '' || !value.startsWith(url.origin))
    return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isPrivateHost(url.hostname));
}

export function IsPublicAddress(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isPublicAddress',
      validator: {
        validate: isPublicAddress,
        defaultMessage: () =>
          'expected an address like https://calls.example.com, in lower case, without query or fragment (http only for hosts of this machine or compose file)',
      },
    },
    options,
  );
}
