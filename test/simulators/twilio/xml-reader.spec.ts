/** What the XML reader understands and what it refuses. */
import { elementsOf, readXml, textOf, XmlError } from '../../../src/simulators/twilio/xml-reader.js';

describe('the XML reader', () => {
  it('reads elements, attributes, text and nesting', () => {
    const root = readXml('<?xml version="1.0"?>\n<a x="1" y=\'2\'><b/> hi <c>x<d/></c></a>\n');
    expect(root).toEqual({
      name: 'a',
      attributes: { x: '1', y: '2' },
      children: [
        { name: 'b', attributes: {}, children: [] },
        ' hi ',
        { name: 'c', attributes: {}, children: ['x', { name: 'd', attributes: {}, children: [] }] },
      ],
    });
    expect(elementsOf(root).map((one) => one.name)).toEqual(['b', 'c']);
    expect(textOf(root)).toBe('hi');
  });

  it('decodes named and numeric entities in text and attributes', () => {
    const root = readXml('<a v="&lt;&quot;&#x2F;">&amp;&#65;&#x1F600;&apos;&gt;</a>');
    expect(root.attributes['v']).toBe('<"/');
    expect(textOf(root)).toBe("&A😀'>");
  });

  it('skips comments and takes CDATA as it is', () => {
    expect(textOf(readXml('<!-- before --><a><!-- in -->x<![CDATA[<&]]></a><!-- after -->'))).toBe('x<&');
  });

  it.each([
    ['a missing end', '<a><b></b>'],
    ['a wrong end', '<a></b>'],
    ['text after the root', '<a/>x'],
    ['two roots', '<a/><b/>'],
    ['a bare ampersand', '<a>you & me</a>'],
    ['an unknown entity', '<a>&nbsp;</a>'],
    ['an unquoted attribute', '<a x=1/>'],
    ['a doubled attribute', '<a x="1" x="2"/>'],
    ['attributes without a space', '<a x="1"y="2"/>'],
    ['a smaller-than in an attribute', '<a x="<"/>'],
    ['a document type', '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'],
    ['a comment with two dashes', '<a><!-- a -- b --></a>'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(() => readXml(text)).toThrow(XmlError);
  });

  it('says where it stumbled', () => {
    expect(() => readXml('<a></b>')).toThrow('</b> closes <a> (at character 6)');
  });
});
