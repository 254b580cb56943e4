package dev.tokenstore.client;

import dev.tokenstore.testing.ModuleArchitecture;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    @Test
    void followsTheRulesOfAllModules() {
        new ModuleArchitecture(
                        "dev.tokenstore.client",
                        List.of(
                                "tokenstore.v1..",
                                "dev.tokenstore.proto..",
                                "io.grpc..",
                                "io.netty..",
                                "com.google.protobuf..",
                                "com.google.rpc.."))
                .check();
    }
}
