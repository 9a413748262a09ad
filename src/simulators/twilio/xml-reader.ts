/**
 * A strict reader of small XML documents: elements, attributes, text, the five named and the numeric entities, CDATA,
 * comments and the declaration. No namespaces, and a DOCTYPE is refused, so nothing outside the text is ever read.
 */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}

export class XmlError extends Error {
  /** @param offset characters from the beginning of the text */
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(`${message} (at character ${offset})`);
    this.name = 'XmlError';
  }
}

const NAME = /[A-Za-z_:][\w:.-]*/y;
const SPACE = /\s*/y;
const TEXT = /[^<]+/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string, offset: number): string {
  return text.replaceAll(/&([^;&\s]*;?)/g, (whole: string, body: string) => {
    const name = body.endsWith(';') ? body.slice(0, -1) : undefined;
    const named = name !== undefined && Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
    if (named !== undefined) return named;
    const numeric = /^#(?:x([\da-f]+)|(\d+))$/i.exec(name ?? '');
    const code = numeric ? Number.parseInt(numeric[1] ?? numeric[2] ?? '', numeric[1] ? 16 : 10) : Number.NaN;
    if (!(code > 0 && code <= 0x10ffff)) throw new XmlError(`${whole} is not an entity`, offset);
    return String.fromCodePoint(code);
  });
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  document(): XmlElement {
    if (this.text.startsWith('\uFEFF')) this.at = 1;
    this.misc();
    const root = this.element();
    this.misc();
    if (this.at < this.text.length) throw this.error('text after the root element');
    return root;
  }

  private error(message: string): XmlError {
    return new XmlError(message, this.at);
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  private sees(literal: string): boolean {
    return this.text.startsWith(literal, this.at);
  }

  private expect(literal: string): void {
    if (!this.sees(literal)) throw this.error(`expected ${literal}`);
    this.at += literal.length;
  }

  private until(literal: string): string {
    const end = this.text.indexOf(literal, this.at);
    if (end === -1) throw this.error(`${literal} is missing`);
    const found = this.text.slice(this.at, end);
    this.at = end + literal.length;
    return found;
  }

  /** Whitespace, comments, the declaration and other instructions around the root. */
  private misc(): void {
    for (;;) {
      this.take(SPACE);
      if (this.sees('<!--')) this.comment();
      else if (this.sees('<?')) this.until('?>');
      else return;
    }
  }

  private comment(): void {
    this.expect('<!--');
    if (this.until('-->').includes('--')) throw this.error('-- inside a comment');
  }

  private name(): string {
    const name = this.take(NAME);
    if (name === '') throw this.error('expected a name');
    return name;
  }

  private element(): XmlElement {
    if (this.sees('<!')) throw this.error('declarations are not allowed');
    this.expect('<');
    const name = this.name();
    const attributes = this.attributes();
    if (this.sees('/>')) {
      this.at += 2;
      return { name, attributes, children: [] };
    }
    this.expect('>');
    const children = this.content();
    this.expect('</');
    const closing = this.name();
    if (closing !== name) throw this.error(`</${closing}> closes <${name}>`);
    this.take(SPACE);
    this.expect('>');
    return { name, attributes, children };
  }

  private attributes(): Record<string, string> {
    const found: Record<string, string> = {};
    for (;;) {
      const space = this.take(SPACE);
      if (this.sees('>') || this.sees('/>')) return found;
      if (space === '') throw this.error('expected a space');
      const name = this.name();
      if (Object.hasOwn(found, name)) throw this.error(`${name} appears twice`);
      this.take(SPACE);
      this.expect('=');
      this.take(SPACE);
      const quote = this.sees("'") ? "'" : '"';
      this.expect(quote);
      const start = this.at;
      const raw = this.until(quote);
      if (raw.includes('<')) throw this.error(`< in the value of ${name}`);
      found[name] = decodeEntities(raw, start);
    }
  }

  private content(): (XmlElement | string)[] {
    const children: (XmlElement | string)[] = [];
    while (!this.sees('</')) {
      if (this.at >= this.text.length) throw this.error('the document ends inside an element');
      if (this.sees('<!--')) this.comment();
      else if (this.sees('<?')) this.until('?>');
      else if (this.sees('<![CDATA[')) {
        this.at += '<![CDATA['.length;
        children.push(this.until(']]>'));
      } else if (this.sees('<')) children.push(this.element());
      else {
        const start = this.at;
        children.push(decodeEntities(this.take(TEXT), start));
      }
    }
    return children;
  }
}

/** @throws XmlError when the text is not one well-formed element */
export function readXml(text: string): XmlElement {
  return new Reader(text).document();
}

export function elementsOf(element: XmlElement): readonly XmlElement[] {
  return element.children.filter((child): child is XmlElement => typeof child !== 'string');
}

/** The element's own text, trimmed, without that of its children. */
export function textOf(element: XmlElement): string {
  return element.children
    .filter((child): child is string => typeof child === 'string')
    .join('')
    .trim();
}
