/**
 * What the service itself says to a caller, in the languages it knows, spoken by the carrier's voice: that the agent is not to be had,
 * and that somebody is being rung instead. Pure.
 */

/** As the carrier's voice is asked for it: BCP 47 with a region (reference twilio.md, the `language` of `<Say>`). */
export type VoiceLanguage =
  | 'da-DK'
  | 'de-DE'
  | 'en-GB'
  | 'en-US'
  | 'es-ES'
  | 'es-MX'
  | 'fi-FI'
  | 'fr-CA'
  | 'fr-FR'
  | 'it-IT'
  | 'ja-JP'
  | 'nb-NO'
  | 'nl-NL'
  | 'pl-PL'
  | 'pt-BR'
  | 'pt-PT'
  | 'sv-SE';

export interface SpokenWords {
  readonly text: string;
  /** Undefined: the carrier's voice speaks as its account has it. */
  readonly language: VoiceLanguage | undefined;
}

type Occasion = 'apology' | 'connecting';

interface Tongue extends Readonly<Record<Occasion, string>> {
  /** The first is for those who name no region, or one that the voice has not. */
  readonly voices: readonly [VoiceLanguage, ...VoiceLanguage[]];
}

const ENGLISH: Tongue = {
  voices: ['en-US', 'en-GB'],
  apology: 'Sorry, the assistant is not available right now. Please call again later. Goodbye.',
  connecting: 'One moment please, I am putting you through to a person.',
};

const TONGUES: Readonly<Record<string, Tongue>> = {
  da: {
    voices: ['da-DK'],
    apology: 'Beklager, assistenten er ikke tilgængelig lige nu. Ring venligst igen senere. Farvel.',
    connecting: 'Et øjeblik, jeg stiller dig igennem til en medarbejder.',
  },
  de: {
    voices: ['de-DE'],
    apology:
      'Entschuldigung, der Assistent ist gerade nicht erreichbar. Bitte rufen Sie später noch einmal an. Auf Wiederhören.',
    connecting: 'Einen Moment bitte, ich verbinde Sie mit einem Menschen.',
  },
  en: ENGLISH,
  es: {
    voices: ['es-ES', 'es-MX'],
    apology:
      'Lo sentimos, el asistente no está disponible en este momento. Por favor, vuelva a llamar más tarde. Adiós.',
    connecting: 'Un momento, por favor, le paso con una persona.',
  },
  fi: {
    voices: ['fi-FI'],
    apology: 'Valitettavasti avustaja ei ole nyt tavoitettavissa. Soittakaa myöhemmin uudelleen. Kuulemiin.',
    connecting: 'Hetkinen, yhdistän teidät asiakaspalvelijalle.',
  },
  fr: {
    voices: ['fr-FR', 'fr-CA'],
    apology:
      "Désolé, l'assistant n'est pas disponible pour le moment. Veuillez rappeler plus tard. Au revoir.",
    connecting: 'Un instant, je vous prie, je vous mets en relation avec une personne.',
  },
  it: {
    voices: ['it-IT'],
    apology:
      "Ci dispiace, l'assistente non è disponibile in questo momento. La preghiamo di richiamare più tardi. Arrivederci.",
    connecting: 'Un momento, per favore, la metto in contatto con una persona.',
  },
  ja: {
    voices: ['ja-JP'],
    apology:
      '申し訳ございません。ただいまアシスタントをご利用いただけません。後ほどおかけ直しください。失礼いたします。',
    connecting: '少々お待ちください。担当者におつなぎします。',
  },
  nl: {
    voices: ['nl-NL'],
    apology: 'Sorry, de assistent is op dit moment niet beschikbaar. Bel later nog eens terug. Tot ziens.',
    connecting: 'Een ogenblik alstublieft, ik verbind u door met een medewerker.',
  },
  no: {
    voices: ['nb-NO'],
    apology:
      'Beklager, assistenten er ikke tilgjengelig akkurat nå. Vennligst ring igjen senere. Ha det bra.',
    connecting: 'Et øyeblikk, jeg setter deg over til en medarbeider.',
  },
  pl: {
    voices: ['pl-PL'],
    apology: 'Przepraszamy, asystent jest teraz niedostępny. Prosimy zadzwonić później. Do widzenia.',
    connecting: 'Proszę chwilę poczekać, łączę z konsultantem.',
  },
  pt: {
    voices: ['pt-PT', 'pt-BR'],
    apology:
      'Lamentamos, o assistente não está disponível neste momento. Por favor, ligue mais tarde. Até logo.',
    connecting: 'Um momento, por favor, vou passar a chamada a uma pessoa.',
  },
  sv: {
    voices: ['sv-SE'],
    apology: 'Tyvärr är assistenten inte tillgänglig just nu. Ring gärna igen senare. Hej då.',
    connecting: 'Ett ögonblick, jag kopplar dig till en medarbetare.',
  },
};

/** Other names of the same. */
const ALIASES: Readonly<Record<string, string>> = { nb: 'no', nn: 'no' };

/** What a deployment says in place of these: one text, whatever the language is, or texts by language. Empty: nothing is said. */
export type GivenWords = string | Readonly<Record<string, string>>;

/** @param language of the call, such as `de` or `pt-br`. Where it is not known, English is spoken. */
export function ownWords(occasion: Occasion, language: string, given: GivenWords = {}): SpokenWords {
  // Of one text for all, nobody said in which language it is: the account's voice speaks it.
  if (typeof given === 'string') return { text: given, language: undefined };
  const tag = language.toLowerCase();
  const [primary = ''] = tag.split('-');
  const own = textIn(given, tag) ?? textIn(given, primary);
  if (own !== undefined) return { text: own, language: voiceOf(tag) };
  const tongue = tongueOf(primary);
  if (tongue !== undefined) return { text: tongue[occasion], language: voiceOf(tag) };
  return { text: textIn(given, 'en') ?? ENGLISH[occasion], language: ENGLISH.voices[0] };
}

function textIn(given: Readonly<Record<string, string>>, tag: string): string | undefined {
  return Object.hasOwn(given, tag) ? given[tag] : undefined;
}

/** The voice for a language, where there is one. */
export function voiceOf(language: string): VoiceLanguage | undefined {
  const tag = language.toLowerCase();
  const tongue = tongueOf(tag.split('-')[0] ?? '');
  return tongue?.voices.find((voice) => voice.toLowerCase() === tag) ?? tongue?.voices[0];
}

function tongueOf(primary: string): Tongue | undefined {
  const name = ALIASES[primary] ?? primary;
  return Object.hasOwn(TONGUES, name) ? TONGUES[name] : undefined;
}
