import { type AppConfig, type UserPoolConfig } from "../config/config.js";
import { developmentIssuer } from "../config/development_key.js";
export { developmentIssuer };
/** Claim `aud` of development tokens. */
export declare const developmentAudience = "qrlogin-development";
/** The demo users, by name: what their tokens say about them beside `sub`, which is the name. */
export declare const developmentUsers: {
    readonly alice: {
        readonly nickname: "Alice";
        readonly name: "Alice Example";
        readonly picture: string;
        readonly email: "alice@example.com";
        readonly email_verified: true;
        readonly phone_number: "+12025550101";
        readonly phone_number_verified: true;
    };
    readonly bob: {
        readonly nickname: "Bob";
        readonly name: "Bob Example";
        readonly picture: string;
        readonly email: "bob@example.com";
        readonly email_verified: true;
        readonly phone_number: "+12025550102";
        readonly phone_number_verified: false;
    };
};
export type DevelopmentUser = keyof typeof developmentUsers;
/** The user pool of the demo users. Only development mode may configure it. */
export declare const developmentPool: UserPoolConfig;
/** The demo website; its secret is `demo-secret`. Only development mode may configure it. */
export declare const developmentApp: AppConfig;
/** A demo website that signs in as the hosted API's clients do, which keep no secret; its own is `legacy-secret`. */
export declare const developmentLegacyApp: AppConfig;
/** A user token of a demo user, signed at `now` (milliseconds since the Unix epoch), living 12 hours. */
export declare function signDevelopmentToken(user: DevelopmentUser, now: number): Promise<string>;
