/**
 * Reads the environment (and a `.env` file) once and makes the checked result injectable as `Environment` everywhere.
 */
import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { Environment } from './environment.js';
import { readEnvironment } from './read-environment.js';
import { variableLabels } from './variable.js';

@Module({})
export class EnvironmentModule {
  /**
   * @param source Variables to read instead of `process.env` and `.env`.
   * @throws EnvironmentError with every fault at once.
   */
  static async read(source?: Readonly<Record<string, string>>): Promise<DynamicModule> {
    let environment = new Environment();
    const config = await ConfigModule.forRoot({
      ignoreEnvFile: source !== undefined,
      validate: (variables: Record<string, unknown>) => {
        environment = readEnvironment(source ?? stringsOf(variables));
        // Nothing is handed back: `Environment` is the one place where variables are read.
        return {};
      },
    });
    return {
      module: EnvironmentModule,
      global: true,
      imports: [config],
      providers: [{ provide: Environment, useValue: environment }],
      exports: [Environment],
    };
  }
}

/** The variables of the service that the process or `.env` sets, as text. Never logged: secrets are among them. */
export async function givenVariables(): Promise<Readonly<Record<string, string>>> {
  let given: Record<string, string> = {};
  await ConfigModule.forRoot({
    validate: (variables: Record<string, unknown>) => {
      const known = variableLabels();
      given = Object.fromEntries(Object.entries(stringsOf(variables)).filter(([name]) => known.has(name)));
      return {};
    },
  });
  return given;
}

function stringsOf(variables: Record<string, unknown>): Record<string, string> {
  const strings: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables)) if (typeof value === 'string') strings[name] = value;
  return strings;
}
