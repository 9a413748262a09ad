/**
 * A label for the fields of `Environment`: what `.env.example`, the docs and the boot's error lines say of a variable.
 */

export interface VariableLabel {
  readonly group:
    | 'Service'
    | 'Doors'
    | 'Record'
    | 'Webhooks'
    | 'Twilio'
    | 'ElevenLabs'
    | 'Agent'
    | 'Cost'
    | 'Limits'
    | 'Tools'
    | 'Operator';
  readonly about: string;
  /** Where to get it, for a variable that is required. */
  readonly from?: string;
  readonly example?: string;
  /** The default as it would be written, where the field keeps it in another unit. */
  readonly byDefault?: string;
  readonly secret?: boolean;
  readonly required?: boolean;
}

const labels = new Map<string, VariableLabel>();

export function Variable(label: VariableLabel): PropertyDecorator {
  return (_target, name) => {
    labels.set(String(name), label);
  };
}

/** In the order in which the fields are declared. */
export function variableLabels(): ReadonlyMap<string, VariableLabel> {
  return labels;
}
