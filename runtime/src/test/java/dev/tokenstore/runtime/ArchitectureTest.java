package dev.tokenstore.runtime;

import dev.tokenstore.testing.ModuleArchitecture;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    @Test
    void followsTheRulesOfAllModules() {
        new ModuleArchitecture(
                        "dev.tokenstore.runtime",
                        List.of(
                                "dev.tokenstore.api",
                                "io.fabric8..",
                                "picocli..",
                                "org.slf4j..",
                                "ch.qos.logback..",
                                "com.sun.net.httpserver.."))
                .check();
    }
}
