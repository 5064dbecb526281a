package io.headrace.admin.audit;

import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import java.util.Optional;

/**
 * Who asks for a change.
 *
 * @param principal name of the authenticated user, or {@code anonymous}
 */
public record Caller(String principal, String remoteAddress) {

    /** Set by the forward filter: the address of the caller that another admin-service saw. */
    public static final String REMOTE_ADDRESS_ATTRIBUTE = Caller.class.getName() + ".remoteAddress";

    public static Caller of(HttpServletRequest request) {
        String name =
                Optional.ofNullable(request.getUserPrincipal())
                        .map(Principal::getName)
                        .orElse("anonymous");
        Object original = request.getAttribute(REMOTE_ADDRESS_ATTRIBUTE);
        return new Caller(
                name, original instanceof String address ? address : request.getRemoteAddr());
    }
}
