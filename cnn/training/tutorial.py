"""The tutorial that the lab started from, as a script in ten steps.

The How it works page shows these lines as text, step by step, and never runs them: a test does.
Nothing imports this file.
"""

# ruff: noqa: E402

# %% Load
import keras

train, test = keras.datasets.mnist.load_data()
x_train, y_train = train
x_test, y_test = test
print(x_train.shape, x_test.shape)

# %% Look
import matplotlib.pyplot as plt

plt.imshow(x_train[0], cmap="gray_r")
plt.title(f"Label: {y_train[0]}")
plt.show()

# %% Prepare
scale = 1  # or 255, for pixels from 0 to 1
x_train = x_train.astype("float32") / scale
x_test = x_test.astype("float32") / scale
x_train = x_train.reshape(-1, 28, 28, 1)
x_test = x_test.reshape(-1, 28, 28, 1)

y_train = keras.utils.to_categorical(y_train)
y_test = keras.utils.to_categorical(y_test)

# %% Layers
from keras import layers

model = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.Conv2D(8, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ]
)
model.summary()

# %% Compile
model.compile(
    optimizer="adam",
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)

# %% Fit
model.fit(
    x_train,
    y_train,
    batch_size=32,
    epochs=5,
    validation_split=1 / 12,
)

# %% Test
loss, accuracy = model.evaluate(x_test, y_test)
print(f"Test accuracy: {accuracy:.2%}")

# %% Predict
probabilities = model.predict(x_test[:3])
print(probabilities.round(3))

# %% Argmax
predicted = probabilities.argmax(axis=1)
print(predicted)

# %% Picture
figure, axes = plt.subplots(1, 3)
for i in range(3):
    axes[i].imshow(x_test[i], cmap="gray_r")
    axes[i].set_title(f"Predicted: {predicted[i]}")
plt.show()
