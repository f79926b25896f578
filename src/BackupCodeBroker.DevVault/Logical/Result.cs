namespace BackupCodeBroker.DevVault.Logical;

/// <summary>Why a request failed, which is what decides its HTTP status.</summary>
internal enum FailureKind
{
    Internal,
    BadRequest,
    InvalidRequest,
    PermissionDenied,
    UnsupportedOperation,
    UnsupportedPath,
    InvalidWrappingToken,
    RateLimited,
    Namespace,
}

/// <summary>An error beside, or in place of, an answer.</summary>
internal sealed record Failure(FailureKind Kind, string Message)
{
    public static readonly Failure PermissionDenied = new(FailureKind.PermissionDenied, "permission denied");
    public static readonly Failure InvalidRequest = new(FailureKind.InvalidRequest, "invalid request");
    public static readonly Failure UnsupportedOperation = new(FailureKind.UnsupportedOperation, "unsupported operation");
    public static readonly Failure UnsupportedPath = new(FailureKind.UnsupportedPath, "unsupported path");
    public static readonly Failure Internal = new(FailureKind.Internal, "internal error");

    /// <summary>Vault gathers what went wrong behind authentication into a list, and prints the list.</summary>
    public Failure Listed() => this with { Message = "1 error occurred:\n\t* " + Message + "\n\n" };
}

/// <summary>An engine gives a response, a failure, both (a failure in the response's words) or neither (204, or 404 for a read).</summary>
internal readonly record struct Result(VaultResponse? Response, Failure? Failure)
{
    public static readonly Result None;

    public static implicit operator Result(VaultResponse response) => new(response, null);

    public static implicit operator Result(Failure failure) => new(null, failure);

    public static Result Data(System.Text.Json.Nodes.JsonObject data) => new VaultResponse { Data = data };

    public static Result List(IEnumerable<string> keys)
    {
        var array = new System.Text.Json.Nodes.JsonArray();
        foreach (string key in keys)
        {
            array.Add(key);
        }

        return array.Count == 0
            ? new VaultResponse { Data = [] }
            : new VaultResponse { Data = new System.Text.Json.Nodes.JsonObject { ["keys"] = array } };
    }

    /// <summary>A refusal in words, which is 400.</summary>
    public static Result Error(string text) => new VaultResponse { Error = text };

    public static Result Error(string text, Failure failure) => new(new VaultResponse { Error = text }, failure);

    public static Result Invalid(string text) => Error(text, Failure.InvalidRequest);

    /// <summary>A failure without an answer, which is 500 unless its kind says otherwise.</summary>
    public static Result Fault(string text) => new Failure(FailureKind.Internal, text);
}
