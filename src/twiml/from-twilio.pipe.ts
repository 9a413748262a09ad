/**
 * Reads the fields of Twilio's requests. Twilio adds fields without notice, so unknown ones are let through.
 */
import { CordboardError } from '../core/errors.js';
import { faultsOf, ShallowPipe } from '../ops/input.pipe.js';

export const fromTwilio = new ShallowPipe({
  transform: true,
  exceptionFactory: (errors) =>
    new CordboardError('bad-input', 'Fields of Twilio are missing.', faultsOf(errors)),
});
