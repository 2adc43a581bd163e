import { CfnOutput, Duration, Fn, RemovalPolicy, Stack } from "aws-cdk-lib";
import {
  AccountRecovery,
  CfnManagedLoginBranding,
  CfnUserPoolGroup,
  FeaturePlan,
  ManagedLoginVersion,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  UserPoolClient,
  type UserPoolDomain,
} from "aws-cdk-lib/aws-cognito";
import { Construct } from "constructs";
import { ROLES } from "../core/api/roles.ts";
import { acknowledge } from "./acknowledge.ts";
import type { StageConfig } from "./stage-config.ts";

const TOKENS = {
  accessTokenValidity: Duration.minutes(60),
  refreshTokenValidity: Duration.days(7),
  enableTokenRevocation: true,
  preventUserExistenceErrors: true,
} as const;

/** The people of the desk: invited, never signed up by themselves; names and passwords, and a second factor. */
export class DeskUsers extends Construct {
  readonly pool: UserPool;
  readonly domain: UserPoolDomain;
  /** What a token must carry to reach the API: `brawler/api`. */
  readonly apiScope: OAuthScope;
  readonly scopeName = "brawler/api";
  private readonly config: StageConfig;

  constructor(scope: Construct, id: string, { config }: { readonly config: StageConfig }) {
    super(scope, id);
    this.config = config;
    this.pool = this.makePool(config);
    const api = new ResourceServerScope({ scopeName: "api", scopeDescription: "Read figures" });
    const server = this.pool.addResourceServer("Server", { identifier: "brawler", scopes: [api] });
    this.apiScope = OAuthScope.resourceServer(server, api);
    this.domain = this.pool.addDomain("Domain", {
      cognitoDomain: { domainPrefix: `brawler-${config.stage}-${this.stackUuid()}` },
      managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    });
    for (const role of ROLES) {
      new CfnUserPoolGroup(this, `Group-${role}`, {
        userPoolId: this.pool.userPoolId,
        groupName: role,
      });
    }
    new CfnOutput(this, "UserPoolId", { value: this.pool.userPoolId });
  }

  /**
   * The page's client: public, authorization code with PKCE, one redirect. A refresh token is of use once; its
   * predecessor counts for a minute more, for an answer that was lost on its way.
   *
   * @param pageUrl ends with a slash; where signing out leads to
   */
  addPageClient(scope: Construct, pageUrl: string): UserPoolClient {
    const client = new UserPoolClient(scope, "PageClient", {
      userPool: this.pool,
      userPoolClientName: `brawler-${this.config.stage}-page`,
      generateSecret: false,
      // Named, because Cognito's default holds the flow of refresh tokens that do not rotate, and refuses both together.
      authFlows: { userSrp: true },
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, this.apiScope],
        callbackUrls: [`${pageUrl}auth/callback`],
        logoutUrls: [pageUrl],
      },
      refreshTokenRotationGracePeriod: Duration.minutes(1),
      ...TOKENS,
    });
    if (!this.config.emulator) this.brand(scope, client);
    return client;
  }

  /** A program's client: its own id and secret, role viewer, off by default. */
  addMachineClient(scope: Construct): UserPoolClient {
    return new UserPoolClient(scope, "MachineClient", {
      userPool: this.pool,
      userPoolClientName: `brawler-${this.config.stage}-machine`,
      generateSecret: true,
      authFlows: {},
      oAuth: { flows: { clientCredentials: true }, scopes: [this.apiScope] },
      ...TOKENS,
    });
  }

  /** All accounts of a region share one space of sign-in addresses: only the stack's own id is nobody else's. */
  private stackUuid(): string {
    return Fn.select(2, Fn.split("/", Stack.of(this).stackId));
  }

  private brand(scope: Construct, client: UserPoolClient): void {
    new CfnManagedLoginBranding(scope, "Branding", {
      userPoolId: this.pool.userPoolId,
      clientId: client.userPoolClientId,
      useCognitoProvidedValues: true,
    });
  }

  private makePool(config: StageConfig): UserPool {
    const pool = new UserPool(this, "Pool", {
      userPoolName: `brawler-${config.stage}`,
      selfSignUpEnabled: false,
      signInAliases: { username: true },
      featurePlan: FeaturePlan.ESSENTIALS,
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { sms: false, otp: true },
      passwordPolicy: {
        minLength: 14,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
      },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(pool, {
      pack: "AwsSolutions",
      finding: "AwsSolutions-COG8",
      reason:
        "The PLUS plan's threat protection costs per user and month; a desk of a few invited people with a required second factor does without.",
    });
    return pool;
  }
}
