package dev.tokenstore.sidecar;

import dev.tokenstore.proto.v1.Token;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.random.RandomGenerator;

/// What several callers save: new users, known users again, and refreshes by id, in random order; and which of it was
/// acknowledged. Each attempt's number is in the values it saves, so a stored token tells which one it is from.
///
/// Thread-safe. Everything it says about a token leaves out the values' marker.
final class SaveHistory {
    static final String MARKER = "fixture-secret-";

    private static final String CLIENT_SECRET = MARKER + "client-secret";
    private static final int RECENT = 4;

    private final int wanted;
    private final RandomGenerator random;
    private final List<String> users = new ArrayList<>();
    private final Map<String, String> ids = new HashMap<>();
    private final Queue<Attempt> interrupted = new ArrayDeque<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private long moment;
    private int attempts;
    private int underWay;
    private int acknowledged;
    private boolean isNewUsersOnly;

    /// @param wanted how many saves are to be acknowledged in the end
    SaveHistory(int wanted, RandomGenerator random) {
        this.wanted = wanted;
        this.random = random;
    }

    /// The next save to try: an interrupted one again, else any; empty when those under way are the last.
    synchronized Optional<Attempt> next() {
        if (acknowledged + underWay == wanted) {
            return Optional.empty();
        }
        var again = interrupted.poll();
        underWay++;
        return Optional.of(again == null ? anyAttempt() : attempt(again.user(), again.id(), true));
    }

    /// Whether every save from now on is to make a new user.
    synchronized void makeNewUsersOnly(boolean isNewUsersOnly) {
        this.isNewUsersOnly = isNewUsersOnly;
    }

    private Attempt anyAttempt() {
        var choice = isNewUsersOnly ? 10 : random.nextInt(10);
        if (choice < 4 && !ids.isEmpty()) {
            var known = users.stream().filter(ids::containsKey).toList();
            var user = known.get(random.nextInt(known.size()));
            return attempt(user, Optional.ofNullable(ids.get(user)), false);
        }
        if (choice < 6 && !users.isEmpty()) {
            // among the newest are some whose first save is under way
            var from = random.nextBoolean() ? Math.max(0, users.size() - RECENT) : 0;
            return attempt(users.get(random.nextInt(from, users.size())), Optional.empty(), false);
        }
        users.add("user-" + users.size());
        return attempt(users.getLast(), Optional.empty(), false);
    }

    private Attempt attempt(String user, Optional<String> id, boolean isRepeated) {
        return new Attempt(++attempts, user, id, isRepeated, ++moment);
    }

    /// @throws IllegalStateException if the answer is not what was saved, or from another row than before
    synchronized void acknowledge(Attempt attempt, Token answer) {
        outcomes.add(new Outcome(attempt, true, ++moment));
        underWay--;
        acknowledged++;
        if (!Saved.of(answer).equals(attempt.saved())) {
            throw new IllegalStateException(attempt + " was answered with " + Saved.of(answer));
        }
        var id = ids.putIfAbsent(attempt.user(), answer.getId());
        if (id != null && !id.equals(answer.getId())) {
            throw new IllegalStateException(attempt.user() + " has a twin");
        }
    }

    /// Nobody knows whether it was saved.
    synchronized void interrupt(Attempt attempt) {
        outcomes.add(new Outcome(attempt, false, ++moment));
        underWay--;
        interrupted.add(attempt);
    }

    synchronized int acknowledged() {
        return acknowledged;
    }

    /// Users of whom something was acknowledged, with their tokens' ids.
    synchronized Map<String, String> ids() {
        return Map.copyOf(ids);
    }

    /// What is wrong with a list of the store, made while nobody saves.
    synchronized List<String> problems(List<Token> listed) {
        var problems = new ArrayList<String>();
        var seenUsers = new HashSet<String>();
        var seenCredentials = new HashSet<String>();
        for (var token : listed) {
            var saved = Saved.of(token);
            if (!seenUsers.add(saved.user())) {
                problems.add(saved.user() + " is there twice");
            }
            if (!seenCredentials.add(saved.access()) || !seenCredentials.add(saved.refresh())) {
                problems.add("a credential of " + saved.user() + " is there twice");
            }
            if (!token.getId().equals(ids.getOrDefault(saved.user(), token.getId()))) {
                problems.add(saved.user() + " has another id than was acknowledged");
            }
            problems.addAll(problems(saved));
        }
        ids.keySet().stream()
                .filter(user -> !seenUsers.contains(user))
                .map(user -> user + " is lost")
                .forEach(problems::add);
        return problems;
    }

    /// A save that began after another had its answer, and was acknowledged, is never behind it.
    private List<String> problems(Saved saved) {
        var last = outcomes.stream()
                .filter(outcome -> outcome.attempt().saved().equals(saved))
                .findFirst();
        if (last.isEmpty()) {
            return List.of(saved + " was never saved so");
        }
        return outcomes.stream()
                .filter(outcome -> outcome.isAcknowledged()
                        && outcome.attempt().user().equals(saved.user())
                        && outcome.attempt().begun() > last.get().ended())
                .map(lost -> lost.attempt() + " is lost, there is " + saved)
                .toList();
    }

    /// One try to save.
    ///
    /// @param id of the token to refresh; empty to save by user
    /// @param isRepeated whether it stands for one that was interrupted
    /// @param begun when, counted in beginnings and ends
    record Attempt(int number, String user, Optional<String> id, boolean isRepeated, long begun) {
        Token token() {
            var token = Token.newBuilder()
                    .setAccessToken(MARKER + saved().access())
                    .setApiDomain(MARKER + saved().domain());
            id.ifPresentOrElse(
                    token::setId,
                    () -> token.setUserSignature(MARKER + user)
                            .setRefreshToken(MARKER + saved().refresh())
                            .setClientSecret(CLIENT_SECRET));
            return token.build();
        }

        private Saved saved() {
            return new Saved(user, "refresh-of-" + user, "access-" + number, "domain-" + number);
        }

        @Override
        public String toString() {
            return "save " + number + " of " + user + (id.isPresent() ? " by id" : "");
        }
    }

    private record Outcome(Attempt attempt, boolean isAcknowledged, long ended) {}

    /// The values of a token that tell where they come from, without their marker.
    private record Saved(String user, String refresh, String access, String domain) {
        static Saved of(Token token) {
            return new Saved(
                    withoutMarker(token.getUserSignature()),
                    withoutMarker(token.getRefreshToken()),
                    withoutMarker(token.getAccessToken()),
                    withoutMarker(token.getApiDomain()));
        }
    }

    static String withoutMarker(String value) {
        return value.replace(MARKER, "");
    }
}
