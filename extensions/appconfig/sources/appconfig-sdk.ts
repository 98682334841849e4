/** What we use of AppConfig's client: a bundle of its own, so that a function that reads secrets alone does not load it. */
export {
  AppConfigDataClient,
  GetLatestConfigurationCommand,
  StartConfigurationSessionCommand,
} from '@aws-sdk/client-appconfigdata';
