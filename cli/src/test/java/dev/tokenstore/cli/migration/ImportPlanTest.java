package dev.tokenstore.cli.migration;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.CLIENT_ID;
import static dev.tokenstore.store.token.TokenField.CLIENT_SECRET;
import static dev.tokenstore.store.token.TokenField.EXPIRES_IN;
import static dev.tokenstore.store.token.TokenField.GRANT_TOKEN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REDIRECT_URL;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.cli.StoredTokens;
import dev.tokenstore.cli.migration.Decision.Create;
import dev.tokenstore.cli.migration.Decision.Keep;
import dev.tokenstore.cli.migration.Decision.Unchanged;
import dev.tokenstore.cli.migration.Decision.Update;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Rows of a source and what is stored, to decisions.
class ImportPlanTest {
    private static final Instant STORED_AT = Instant.parse("2026-01-01T00:00:00Z");
    private static final TokenFields ALICE = TokenFields.of(Map.of(
            ID, "1",
            USER_SIGNATURE, "alice",
            CLIENT_ID, "c1",
            CLIENT_SECRET, "fixture-secret-s1",
            REFRESH_TOKEN, "fixture-secret-ra",
            ACCESS_TOKEN, "fixture-secret-aa",
            EXPIRES_IN, "1000"));
    private static final TokenFields BOB = ALICE.with(USER_SIGNATURE, "bob")
            .with(ID, "2")
            .with(REFRESH_TOKEN, "fixture-secret-rb")
            .with(ACCESS_TOKEN, "fixture-secret-ab");

    private final ImportPlan plan = new ImportPlan(false);

    @Test
    void aNewTokenKeepsItsId() {
        var decision = plan.decide("line 2", ALICE);

        assertThat(decision).isInstanceOfSatisfying(Create.class, create -> {
            assertThat(create.fields()).isEqualTo(ALICE);
            assertThat(create.newId()).isEmpty();
        });
    }

    @Test
    void whatIsStoredAlreadyIsUnchanged() {
        plan.addStored(stored(ALICE, STORED_AT));

        var decision = plan.decide("line 2", ALICE);

        assertThat(decision).isInstanceOf(Unchanged.class);
        assertThat(decision.token().id()).contains(new TokenId("1"));
    }

    @Test
    void whatIsStoredUnderAnotherIdIsUnchangedAndItsIdTold() {
        plan.addStored(stored(ALICE.with(ID, "tok-x"), STORED_AT));

        var decision = plan.decide("line 2", ALICE);

        assertThat(decision).isInstanceOf(Unchanged.class);
        assertThat(RowOutcome.of(new PlannedRow("line 2", ALICE, decision)).mapping())
                .contains(new RowOutcome.Mapping("1", "tok-x"));
    }

    @Test
    void ofTwoRowsWithOneIdTheFirstKeepsItAndTheOtherGetsANewOne() {
        plan.decide("line 2", ALICE);

        var decision = plan.decide("line 3", BOB.with(ID, "1"));

        assertThat(decision).isInstanceOfSatisfying(Create.class, create -> {
            assertThat(create.fields()).isEqualTo(BOB.without(ID));
            assertThat(create.newId()).contains("its id is taken by line 2");
        });
    }

    @Test
    void anIdThatAnotherStoredTokenHasIsNotBelieved() {
        plan.addStored(stored(BOB.with(ID, "1"), STORED_AT));

        var decision = plan.decide("line 2", ALICE);

        assertThat(decision).isInstanceOfSatisfying(Create.class, create -> {
            assertThat(create.fields().has(ID)).isFalse();
            assertThat(create.newId()).contains(ImportPlan.ID_IS_TAKEN_IN_STORE);
        });
    }

    @Test
    void afterANewIdWasGivenTheSameImportChangesNothing() {
        plan.addStored(stored(ALICE, STORED_AT));
        plan.addStored(stored(BOB.with(ID, "tok-new"), STORED_AT));

        assertThat(plan.decide("line 2", ALICE)).isInstanceOf(Unchanged.class);
        assertThat(plan.decide("line 3", BOB.with(ID, "1"))).isInstanceOf(Unchanged.class);
    }

    @Test
    void theNewerAccessTokenWins() {
        plan.addStored(stored(ALICE, STORED_AT));
        var refreshed = ALICE.with(ACCESS_TOKEN, "fixture-secret-aa2").with(EXPIRES_IN, "2000");

        assertThat(plan.decide("line 2", refreshed)).isInstanceOfSatisfying(Update.class, update -> {
            assertThat(update.newer()).isTrue();
            assertThat(update.given())
                    .isEqualTo(fields(Map.of(ACCESS_TOKEN, "fixture-secret-aa2", EXPIRES_IN, "2000")));
        });
        assertThat(plan.decide("line 3", ALICE))
                .as("the older row does not bring it back")
                .isInstanceOf(Keep.class);
        assertThat(plan.decide("line 4", refreshed)).isInstanceOf(Unchanged.class);
    }

    @Test
    void aTokenThatTheStoreHasNewerStaysAsItIs() {
        plan.addStored(stored(ALICE.with(ACCESS_TOKEN, "fixture-secret-later").with(EXPIRES_IN, "5000"), STORED_AT));

        assertThat(plan.decide("line 2", ALICE)).isInstanceOf(Keep.class);
    }

    @Test
    void ofWhatCannotBeToldApartByAgeTheStoredTokenStays() {
        plan.addStored(stored(ALICE.without(EXPIRES_IN), STORED_AT));

        assertThat(plan.decide("line 2", ALICE.without(EXPIRES_IN).with(REFRESH_TOKEN, "fixture-secret-x")))
                .isInstanceOf(Keep.class);
    }

    @Test
    void whatTheStoredTokenLacksIsAddedEvenByAnOlderRow() {
        plan.addStored(stored(ALICE.without(USER_SIGNATURE).with(EXPIRES_IN, "5000"), STORED_AT));

        var decision = plan.decide("line 2", ALICE.with(REDIRECT_URL, "https://example.com"));

        assertThat(decision).isInstanceOfSatisfying(Update.class, update -> {
            assertThat(update.newer()).isFalse();
            assertThat(update.given())
                    .isEqualTo(fields(Map.of(USER_SIGNATURE, "alice", REDIRECT_URL, "https://example.com")));
        });
        assertThat(plan.decide("line 3", BOB.with(USER_SIGNATURE, "alice")).token())
                .as("the added user is known from then on")
                .isSameAs(decision.token());
    }

    @Test
    void twinsOfTheSourceBecomeOneToken() {
        var first = plan.decide("line 2", ALICE);

        var twin = plan.decide("line 9", ALICE.with(ID, "9"));

        assertThat(twin).isInstanceOf(Unchanged.class);
        assertThat(twin.token()).isSameAs(first.token());
        assertThat(RowOutcome.of(new PlannedRow("line 9", ALICE.with(ID, "9"), twin))
                        .why())
                .contains("the token of line 2");
    }

    @Test
    void aUsersTokensOfSeveralClientsStaySeveral() {
        plan.decide("line 2", ALICE);

        var decision = plan.decide(
                "line 3",
                ALICE.with(ID, "3")
                        .with(CLIENT_ID, "c2")
                        .with(REFRESH_TOKEN, "fixture-secret-ra2")
                        .with(ACCESS_TOKEN, "fixture-secret-aa2"));

        assertThat(decision).isInstanceOf(Create.class);
    }

    @Test
    void aCredentialOfAnotherUserIsNoMatch() {
        plan.decide("line 2", ALICE);

        assertThat(plan.decide("line 3", BOB.with(REFRESH_TOKEN, "fixture-secret-ra")))
                .isInstanceOf(Create.class);
    }

    @Test
    void tokensWithoutAUserAreMatchedByTheirCredentials() {
        var nobody = fields(Map.of(ID, "3", REFRESH_TOKEN, "fixture-secret-rn"));
        var grant = fields(Map.of(ID, "4", GRANT_TOKEN, "fixture-secret-gn"));
        var access = fields(Map.of(ID, "5", ACCESS_TOKEN, "fixture-secret-an"));
        for (var token : new TokenFields[] {nobody, grant, access}) {
            plan.addStored(
                    stored(token.with(ID, "tok-" + token.get(ID).orElseThrow().reveal()), STORED_AT));
        }

        for (var token : new TokenFields[] {nobody, grant, access}) {
            assertThat(plan.decide("line 2", token)).isInstanceOf(Unchanged.class);
        }
    }

    @Test
    void theOldestOfSeveralThatFitIsMeant() {
        plan.addStored(stored(fields(Map.of(ID, "b", REFRESH_TOKEN, "fixture-secret-r")), STORED_AT.plusSeconds(1)));
        plan.addStored(stored(fields(Map.of(ID, "a", REFRESH_TOKEN, "fixture-secret-r")), STORED_AT));

        assertThat(plan.decide("line 2", fields(Map.of(REFRESH_TOKEN, "fixture-secret-r")))
                        .token()
                        .id())
                .contains(new TokenId("a"));
    }

    @Test
    void newIdsCanBeWantedForAll() {
        var decision = new ImportPlan(true).decide("line 2", ALICE);

        assertThat(decision).isInstanceOfSatisfying(Create.class, create -> {
            assertThat(create.fields().has(ID)).isFalse();
            assertThat(create.newId()).contains(ImportPlan.NEW_IDS_WANTED);
        });
    }

    @Test
    void anExpiryIsNotAddedToAnotherAccessToken() {
        plan.addStored(stored(ALICE.without(REDIRECT_URL).with(EXPIRES_IN, "5000"), STORED_AT));

        var decision = plan.decide(
                "line 2", ALICE.with(ACCESS_TOKEN, "fixture-secret-old").with(REDIRECT_URL, "https://example.com"));

        assertThat(decision)
                .isInstanceOfSatisfying(
                        Update.class,
                        update -> assertThat(update.given())
                                .isEqualTo(fields(Map.of(REDIRECT_URL, "https://example.com"))));
    }

    private static TokenFields fields(Map<TokenField, String> values) {
        return TokenFields.of(values);
    }

    private static StoredToken stored(TokenFields fields, Instant at) {
        return StoredTokens.of(fields, "v.1", at, at);
    }
}
