/** What the service itself says, by language. */
import { ownWords, voiceOf } from '../../src/core/speech/own-words.js';

describe('the words of the service', () => {
  it.each([
    ['de', 'de-DE', /Entschuldigung/],
    ['pt-br', 'pt-BR', /Lamentamos/],
    ['es-AR', 'es-ES', /Lo sentimos/],
    ['nb', 'nb-NO', /Beklager/],
    ['EN-gb', 'en-GB', /Sorry/],
  ])('come in the language of a call in %s, in its voice', (language, voice, text) => {
    expect(ownWords('apology', language)).toEqual({
      language: voice,
      text: expect.stringMatching(text) as string,
    });
  });

  it('come in English where the language is not known, or is none', () => {
    for (const language of ['tlh', '', '__proto__', 'constructor'])
      expect(ownWords('connecting', language)).toEqual({
        language: 'en-US',
        text: expect.stringMatching(/One moment/) as string,
      });
  });

  it('are those of the deployment where it has some', () => {
    const own = { de: 'Später bitte.', 'pt-br': 'Até.', tlh: 'Qapla', en: 'Later.', fr: '' };
    expect(ownWords('apology', 'de-AT', own)).toEqual({ text: 'Später bitte.', language: 'de-DE' });
    expect(ownWords('apology', 'pt-BR', own)).toEqual({ text: 'Até.', language: 'pt-BR' });
    expect(ownWords('apology', 'pt-PT', own).text).toMatch(/Lamentamos/);
    expect(ownWords('apology', 'tlh', own)).toEqual({ text: 'Qapla', language: undefined });
    expect(ownWords('apology', 'fr', own).text).toBe('');
    expect(ownWords('apology', 'zz', own)).toEqual({ text: 'Later.', language: 'en-US' });
    expect(ownWords('apology', 'de', 'One for all.')).toEqual({ text: 'One for all.', language: undefined });
  });

  it('have no voice for a language that the carrier does not speak here', () => {
    expect(voiceOf('tlh')).toBeUndefined();
    expect(voiceOf('en')).toBe('en-US');
  });
});
