package dev.tokenstore.store;

import static dev.tokenstore.store.SampleToken.A;
import static dev.tokenstore.store.SampleToken.B;
import static dev.tokenstore.store.SampleToken.N;
import static dev.tokenstore.store.SampleToken.O;
import static dev.tokenstore.store.SampleToken.token;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REDIRECT_URL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.store.TokenStorage.InvalidCursorException;
import dev.tokenstore.store.token.InvalidTokenException;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Deleting one, deleting all, listing.
interface DeleteAndListContract extends StoreContract {
    @Test
    @Conformance({"C50", "C51", "C52", "R13"})
    default void deletesExactlyTheTokenWithThatId() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var rows = caller.saveAll(A, B);

            caller.delete(rows.get(1));
            caller.delete(rows.get(1));
            caller.delete(token().id("99"));
            caller.delete(token().id("1 or 1=1"));
            caller.delete(token().id("%"));

            assertThat(caller.tokens()).containsExactly(rows.get(0).fields());
            assertThat(caller.byId(rows.get(1))).isEmpty();
            assertThat(caller.find(token().user("bob:1"))).isEmpty();
            assertThat(caller.find(token().refresh("RB").cc())).isEmpty();
            assertThat(caller.find(token().access("AB"))).isEmpty();
        }
    }

    @Test
    @Conformance("R13a")
    default void aDeleteOfAnOutdatedVersionDeletesNothing() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var row = caller.save(A);
            var newer = caller.save(token().id(row).access("AA2"));

            assertThat(caller.store().deleteIfVersion(row.id(), row.version())).isFalse();
            assertThat(caller.byId(row)).contains(newer.fields());
            assertThat(caller.store().deleteIfVersion(row.id(), newer.version()))
                    .isTrue();
            assertThat(caller.byId(row)).isEmpty();
            assertThat(caller.store().deleteIfVersion(row.id(), newer.version()))
                    .isFalse();
        }
    }

    @Test
    @Conformance({"C53", "R13"})
    default void aDeleteNeedsAnIdAndLooksAtNothingElse() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            caller.saveAll(A, B);
            var before = caller.tokens();

            for (var withoutId : List.of(token(), token().id(""), token().user("bob:1"), B)) {
                assertThatThrownBy(() -> caller.delete(withoutId))
                        .isInstanceOf(InvalidTokenException.class)
                        .hasMessageContaining("id")
                        .hasMessageNotContainingAny("bob", SampleToken.MARKER);
            }
            caller.delete(token().id("99").user("bob:1"));
            assertThat(caller.tokens()).isEqualTo(before);
        }
    }

    @Test
    @Conformance({"C57", "R14"})
    default void listsEachTokenOnceWithItsUnsetFieldsUnset() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            assertThat(caller.tokens()).isEmpty();
            assertThat(caller.store().list(0, "").next()).isEmpty();

            var rows = caller.saveAll(A, O);

            assertThat(caller.tokens())
                    .containsExactlyInAnyOrder(
                            A.id(rows.get(0)).fields(), O.id(rows.get(1)).fields());
            assertThat(caller.tokens())
                    .filteredOn(fields -> !fields.has(REDIRECT_URL))
                    .singleElement()
                    .matches(fields -> !fields.isMentioned(REDIRECT_URL), "leaves out what is unset");
        }
    }

    @Test
    @Conformance({"C58", "R13"})
    default void deletesAllTokensAndThenNone() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            assertThat(caller.store().deleteAll()).isZero();
            caller.saveAll(A, B, N, O);

            assertThat(caller.store().deleteAll()).isEqualTo(4);

            assertThat(caller.tokens()).isEmpty();
            assertThat(caller.find(token().user("bob:1"))).isEmpty();
            assertThat(caller.find(token().access("AO"))).isEmpty();
            assertThat(caller.store().deleteAll()).isZero();
            assertThat(caller.save(A).fields().has(REDIRECT_URL)).isTrue();
            assertThat(caller.tokens()).hasSize(1);
        }
    }

    @Test
    @Conformance("R13")
    default void deletingAllLeavesOtherStoresAlone() {
        try (var data = newStore();
                var otherData = newStore();
                var caller = Caller.of(data);
                var other = Caller.of(otherData)) {
            caller.saveAll(A, B);
            var kept = other.saveAll(A, N);

            assertThat(caller.store().deleteAll()).isEqualTo(2);

            assertThat(caller.tokens()).isEmpty();
            assertThat(other.tokens())
                    .containsExactlyInAnyOrder(kept.get(0).fields(), kept.get(1).fields());
        }
    }

    @Test
    @Conformance("R14")
    default void pagesHoldNoMoreThanAskedForAndTogetherEachTokenOnce() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var saved = new ArrayList<TokenFields>();
            for (var i = 0; i < 5; i++) {
                saved.add(caller.save(token().access("A" + i)).fields());
            }

            for (var size : List.of(1, 2, 4, 5, 6, TokenStore.MAX_PAGE_SIZE + 1)) {
                var pages = pages(caller, size);
                assertThat(pages.stream()
                                .flatMap(page -> page.tokens().stream())
                                .map(StoredToken::fields))
                        .containsExactlyInAnyOrderElementsOf(saved);
                assertThat(pages).allMatch(page -> page.tokens().size() <= size);
            }
            assertThat(pages(caller, 2).getFirst().tokens()).hasSize(2);
        }
    }

    @Test
    @Conformance("R14")
    default void rowsMadeOrDeletedBetweenPagesDoNotDisturbTheOthers() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            for (var i = 0; i < 6; i++) {
                caller.save(token().access("A" + i));
            }
            var before = caller.tokens();
            var first = caller.store().list(2, "");

            // the row the cursor stands on, one before it and one after it
            caller.delete(first.tokens().get(1));
            caller.delete(first.tokens().get(0));
            var later = before.stream()
                    .filter(fields -> first.tokens().stream()
                            .noneMatch(listed -> listed.fields().equals(fields)))
                    .toList();
            caller.delete(
                    token().id(later.get(1).get(ID).map(SecretValue::reveal).orElseThrow()));
            caller.save(token().access("new"));

            var rest = new ArrayList<TokenFields>();
            var next = first.next();
            while (next.isPresent()) {
                var page = caller.store().list(2, next.get());
                page.tokens().forEach(listed -> rest.add(listed.fields()));
                next = page.next();
            }
            assertThat(rest).contains(later.get(0), later.get(2), later.get(3)).doesNotHaveDuplicates();
            assertThat(rest).doesNotContain(before.get(0), before.get(1));
        }
    }

    @Test
    @Conformance("R14")
    default void aPageEndsBeforeItGrowsTooLargeForAMessage() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var value = "x".repeat(15_000);
            var perToken = 8 * 15_000;
            var count = TokenStore.MAX_PAGE_BYTES / perToken + 2;
            for (var i = 0; i < count; i++) {
                caller.save(token().user(i + value)
                        .client(value, value)
                        .refresh(i + value)
                        .access(i + value)
                        .grant(i + value)
                        .redirect(value)
                        .domain(value));
            }

            var pages = pages(caller, 0);

            assertThat(pages).hasSizeGreaterThan(1);
            assertThat(pages.stream().mapToInt(page -> page.tokens().size()).sum())
                    .isEqualTo(count);
            assertThat(pages)
                    .allMatch(page -> page.tokens().size() * perToken <= TokenStore.MAX_PAGE_BYTES, "is small enough");
        }
    }

    @Test
    @Conformance("R14")
    default void refusesABadPageSizeAndABadPageToken() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            caller.save(A);

            assertThatThrownBy(() -> caller.store().list(-1, ""))
                    .isInstanceOf(InvalidTokenException.class)
                    .hasMessageContaining("page_size");
            for (var nonsense : List.of("nonsense", " ", "-1", "9".repeat(40), "\0", "' or 1=1")) {
                assertThatThrownBy(() -> caller.store().list(0, nonsense))
                        .isInstanceOf(InvalidCursorException.class)
                        .hasMessageContaining("page_token");
            }
            assertThat(caller.tokens()).hasSize(1);
        }
    }

    private static List<TokenStore.Page> pages(Caller caller, int pageSize) {
        var pages = new ArrayList<TokenStore.Page>();
        var next = Optional.of("");
        while (next.isPresent()) {
            var page = caller.store().list(pageSize, next.get());
            pages.add(page);
            next = page.next();
        }
        return pages;
    }
}
