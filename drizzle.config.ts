/** For `npm run migration`: writes the SQL that brings a database from the last migration to `schema.ts`. */
import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './src/persistence/schema.ts',
  out: './src/persistence/migrations',
});
