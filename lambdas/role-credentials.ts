/**
 * In the bundles this stands for the SDK's search for credentials: a function finds its role's in the environment, so
 * that profiles, single sign-on and metadata services are left out.
 */
export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";
