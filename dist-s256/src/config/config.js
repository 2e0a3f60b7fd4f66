/** The standard claims of OpenID Connect (Core 1.0, section 5.1): where a pool does not say otherwise. */
export const standardClaims = {
    userId: "sub",
    nickname: "nickname",
    name: "name",
    photo: "picture",
    email: "email",
    emailVerified: "email_verified",
    phone: "phone_number",
    phoneVerified: "phone_number_verified",
};
