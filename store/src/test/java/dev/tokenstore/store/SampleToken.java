package dev.tokenstore.store;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.API_DOMAIN;
import static dev.tokenstore.store.token.TokenField.CLIENT_ID;
import static dev.tokenstore.store.token.TokenField.CLIENT_SECRET;
import static dev.tokenstore.store.token.TokenField.EXPIRES_IN;
import static dev.tokenstore.store.token.TokenField.GRANT_TOKEN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REDIRECT_URL;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;

import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;

/// Fields of a token, written as the conformance examples write them. Immutable.
///
/// Every secret carries a marker text, by which a leak into any output is found.
record SampleToken(TokenFields fields) {
    static final String MARKER = "fixture-secret-";

    /// Row A of the examples.
    static final SampleToken A = token().user("alice:1")
            .client("C1", "S1")
            .refresh("RA")
            .access("AA")
            .grant("GA")
            .expires("100")
            .redirect("UR")
            .domain("D");

    /// Row B; with a redirect URL and a domain, so that all ten fields are set.
    static final SampleToken B = token().user("bob:1")
            .client("C1", "S1")
            .refresh("RB")
            .access("AB")
            .grant("GB")
            .expires("200")
            .redirect("UB")
            .domain("DB");

    /// Row N, which has no user.
    static final SampleToken N =
            token().client("C1", "S1").refresh("RN").access("AN").expires("300");

    /// Row O, which has an access token only.
    static final SampleToken O = token().access("AO");

    static SampleToken token() {
        return new SampleToken(TokenFields.NONE);
    }

    SampleToken with(TokenField field, String value) {
        return new SampleToken(fields.with(field, value));
    }

    SampleToken id(String id) {
        return with(ID, id);
    }

    SampleToken id(StoredToken row) {
        return with(ID, row.fields().get(ID).map(SecretValue::reveal).orElseThrow());
    }

    SampleToken user(String user) {
        return with(USER_SIGNATURE, user);
    }

    SampleToken client(String id, String secret) {
        return with(CLIENT_ID, id).with(CLIENT_SECRET, MARKER + secret);
    }

    /// The client of the examples, C1 with its secret.
    SampleToken cc() {
        return client("C1", "S1");
    }

    SampleToken refresh(String value) {
        return with(REFRESH_TOKEN, MARKER + value);
    }

    SampleToken access(String value) {
        return with(ACCESS_TOKEN, MARKER + value);
    }

    SampleToken grant(String value) {
        return with(GRANT_TOKEN, MARKER + value);
    }

    SampleToken expires(String value) {
        return with(EXPIRES_IN, value);
    }

    SampleToken redirect(String value) {
        return with(REDIRECT_URL, value);
    }

    SampleToken domain(String value) {
        return with(API_DOMAIN, value);
    }
}
