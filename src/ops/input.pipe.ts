/**
 * Checks what clients send against its class: unknown fields are faults, and every fault names its field. Set on each
 * controller of our own API and not globally: what vendors send may grow fields without notice.
 */
import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { CordboardError, type FieldFault } from '../core/errors.js';
import { isTooDeep, MAX_DEPTH } from '../core/json-depth.js';

export function faultsOf(errors: readonly ValidationError[], path = ''): FieldFault[] {
  return errors.flatMap((error) => {
    // A body that is no object at all comes without a property.
    const name: string | undefined = error.property;
    const field = path === '' ? (name ?? 'body') : `${path}.${name}`;
    const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
      field,
      message: rule === 'whitelistValidation' ? 'is not a field of this request; remove it' : message,
    }));
    return [...own, ...faultsOf(error.children ?? [], field)];
  });
}

/** Refuses what would take the stack of whoever looks at it field by field. */
export class ShallowPipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (!isTooDeep(value)) return super.transform(value, metadata);
    const faults = [
      { field: metadata.type, message: `is nested deeper than ${MAX_DEPTH} levels; flatten it` },
    ];
    throw new CordboardError('bad-input', `${metadata.type}: nested too deep`, faults);
  }
}

export function inputPipe(): ValidationPipe {
  return new ShallowPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    exceptionFactory: (errors) => {
      const faults = faultsOf(errors);
      const detail = faults.map(({ field, message }) => `${field}: ${message}`).join('; ');
      return new CordboardError('bad-input', detail, faults);
    },
  });
}
