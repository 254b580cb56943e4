package dev.tokenstore.testing.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.testing.server.RunOwner.Ancestor;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RunOwnerTest {
    private static final String MAVEN =
            "java -classpath plexus-classworlds.jar org.codehaus.plexus.classworlds.launcher.Launcher verify";

    @Test
    void isTheMavenThatForkedThisJvmThroughAShell() {
        var ancestors =
                Stream.of(new Ancestor(30, "/bin/sh -c java"), new Ancestor(20, MAVEN), new Ancestor(1, "init"));

        assertThat(RunOwner.outermostMaven(ancestors)).contains(20L);
    }

    @Test
    void isTheOutermostMavenWhereOneStartsAnother() {
        var ancestors = Stream.of(new Ancestor(30, MAVEN), new Ancestor(20, MAVEN), new Ancestor(10, "bash"));

        assertThat(RunOwner.outermostMaven(ancestors)).contains(20L);
    }

    @Test
    void isNoneOfTheAncestorsWithoutMaven() {
        assertThat(RunOwner.outermostMaven(Stream.of(new Ancestor(10, "idea"), new Ancestor(1, "init"))))
                .isEmpty();
    }

    @Test
    void aRunIsOverWhenItsProcessIdBelongsToAnotherProcess() {
        var self = RunOwner.of(ProcessHandle.current().pid());

        assertThat(RunOwner.isGone(self.key())).isFalse();
        assertThat(RunOwner.isGone(new RunOwner(self.pid(), self.startMillis() - 60_000).key()))
                .isTrue();
    }
}
