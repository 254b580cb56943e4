package dev.tokenstore.runtime.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/// Why a request got no response from the API server.
public sealed interface ConnectionFailure {
    /// A sentence without its end: what is wrong and, unless waiting may help, what to do.
    String message();

    /// The credential could not be had: see the kubeconfig.
    record NoCredential(String message) implements ConnectionFailure {}

    /// The server's certificate is not trusted, or is for another name.
    record UntrustedServer(String message) implements ConnectionFailure {}

    /// The server, or the proxy before it, was not reached or did not answer in time.
    record Unreachable(String message) implements ConnectionFailure {}

    /// Returns why a request failed that has no HTTP status, or has one that is no answer to it.
    static ConnectionFailure of(Throwable failure, Config config) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof KubeconfigException unusable) {
                return new NoCredential(String.valueOf(unusable.getMessage()));
            }
            if (cause instanceof CertificateException) {
                return new UntrustedServer("the certificate of the Kubernetes API server at " + addressOf(config)
                        + " is not trusted (" + cause.getMessage()
                        + "); check certificate-authority and the server's name in the kubeconfig");
            }
        }
        return new Unreachable(
                "the Kubernetes API server at " + addressOf(config) + " did not answer (" + detail(failure) + ")");
    }

    /// Returns whether the request may succeed when it is sent again as it is.
    static boolean mayPass(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof KubeconfigException || cause instanceof CertificateException) {
                return false;
            }
        }
        return true;
    }

    /// Returns the API server's address, and the proxy's if there is one.
    static String addressOf(Config config) {
        var server = URI.create(config.getMasterUrl());
        var proxy = Optional.ofNullable(
                "https".equals(server.getScheme()) ? config.getHttpsProxy() : config.getHttpProxy());
        return ServerAddress.of(config.getMasterUrl())
                + proxy.map(url -> " through the proxy " + ServerAddress.of(url))
                        .orElse("");
    }

    /// The network error, with its message; messages of other failures may quote a response.
    private static String detail(Throwable failure) {
        if (failure instanceof KubernetesClientException answered && answered.getCode() > 0) {
            return "HTTP " + answered.getCode();
        }
        var root = failure;
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (isNetworkError(cause)) {
                var name = cause.getClass().getSimpleName();
                return cause.getMessage() == null ? name : name + ": " + cause.getMessage();
            }
            root = cause;
        }
        // the library's, where Java's client hands the refusal of a proxy on
        return root instanceof NullPointerException
                ? "a response without a body, as of a proxy that asks for a password"
                : root.getClass().getSimpleName();
    }

    private static boolean isNetworkError(Throwable failure) {
        return failure instanceof SocketException
                || failure instanceof UnknownHostException
                || failure instanceof UnresolvedAddressException
                || failure instanceof HttpTimeoutException
                || failure instanceof SSLException;
    }
}
