/**
 * `application/x-www-form-urlencoded` bodies, flat: brackets in a name mean nothing, a repeated name is a list, and empty
 * values are kept. No nesting, no type conversion.
 */
export class Form {
  private readonly fields = new Map<string, string[]>();

  static parse(text: string): Form {
    const form = new Form();
    for (const [name, value] of new URLSearchParams(text)) {
      const list = form.fields.get(name);
      if (list) list.push(value);
      else form.fields.set(name, [value]);
    }
    return form;
  }

  /** The last value of that name; undefined when it is absent or empty. */
  text(name: string): string | undefined {
    const value = this.fields.get(name)?.at(-1);
    return value === '' ? undefined : value;
  }

  all(name: string): readonly string[] {
    return this.fields.get(name) ?? [];
  }
}

export function encodeForm(params: Readonly<Record<string, string>>): string {
  return new URLSearchParams(Object.entries(params)).toString();
}
