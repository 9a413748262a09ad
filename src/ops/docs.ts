/**
 * The OpenAPI document and its page.
 */
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

const DESCRIPTION = [
  'Puts phone calls through to ElevenLabs voice agents, over Twilio.',
  'Everything but health, docs and the addresses that Twilio requests needs a bearer key.',
  'Errors are `application/problem+json` (RFC 9457) with a stable `code`.',
].join('\n\n');

export function serveDocs(app: INestApplication): void {
  const config = new DocumentBuilder()
    .setTitle('Cordboard')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'One of the keys in API_KEYS.' })
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, config), {
    jsonDocumentUrl: 'docs-json',
  });
}
